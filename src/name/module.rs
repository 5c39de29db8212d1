//! [`ModuleName`] and the [`TableName`] that follows from it.

use std::fmt;

use super::error::{NameError, NameKind, Reason};
use super::fold;
use super::grammar::Grammar;
use super::reserved;

const GRAMMAR: Grammar = Grammar {
    kind: NameKind::Module,
    separators: &['_'],
    allowed: "a-z, 0-9 and `_`",
    length_max: 30,
    prefix: "item",
    suffix: "item",
};

/// Names in an app that a new module must not repeat.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken<'a> {
    /// Its modules. Compared up to case, `_` and plural.
    pub modules: &'a [&'a str],
    /// Crates it is built from. Compared with `-` read as `_`.
    pub crates: &'a [&'a str],
    /// Tables of its database that belong to no module.
    pub tables: &'a [&'a str],
}

/// The name of a module: `[a-z][a-z0-9]*(_[a-z0-9]+)*`, at most 30 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleName(String);

impl ModuleName {
    /// Parses the name of a custom module.
    ///
    /// # Errors
    /// [`NameError`] with the reason and a legal name.
    pub fn new(input: &str, taken: &Taken<'_>) -> Result<Self, NameError> {
        let is_taken = |name: &str| {
            let sql = || reserved::is_sql_word(name).then_some(Reason::SqlWord);
            collision(name, taken)
                .or_else(|| reserved_reason(name, taken))
                .or_else(sql)
        };
        // Before the grammar: to someone who has `posts`, the capital in `Post` is beside the
        // point.
        if let Some(reason) = collision(input, taken) {
            return Err(GRAMMAR.refuse(input, reason, is_taken));
        }
        GRAMMAR.check(input, is_taken)?;
        Ok(Self(input.to_owned()))
    }

    /// Parses the name of a catalogue module, or of one that an app has already. It may be a word
    /// of SQL: tables end in `_tb`.
    ///
    /// # Errors
    /// [`NameError`] with the reason and a legal name.
    pub fn catalogue(input: &str, taken: &Taken<'_>) -> Result<Self, NameError> {
        GRAMMAR.check(input, |name| {
            collision(name, taken).or_else(|| reserved_reason(name, taken))
        })?;
        Ok(Self(input.to_owned()))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as a Rust type spells it: `game_round` is `GameRound`.
    #[must_use]
    pub fn pascal_case(&self) -> String {
        pascal_case(&self.0)
    }

    /// The table that holds the module's rows.
    #[must_use]
    pub fn table(&self) -> TableName {
        TableName(format!("{}_tb", self.0))
    }

    /// Whether two names are one up to case, `_` and plural.
    #[must_use]
    pub fn collides_with(&self, other: &str) -> bool {
        fold::stem(&self.0) == fold::stem(other)
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a module's table: `{module}_tb`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName(String);

impl TableName {
    /// The name as SQL spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `a_b1` → `AB1`.
pub(crate) fn pascal_case(snake: &str) -> String {
    let mut pascal = String::with_capacity(snake.len());
    for word in snake.split('_') {
        let mut letters = word.chars();
        pascal.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        pascal.push_str(letters.as_str());
    }
    pascal
}

fn collision(name: &str, taken: &Taken<'_>) -> Option<Reason> {
    let stem = fold::stem(name);
    let existing = taken
        .modules
        .iter()
        .find(|other| fold::stem(other) == stem)?;
    Some(Reason::Module {
        existing: (*existing).to_owned(),
    })
}

fn reserved_reason(name: &str, taken: &Taken<'_>) -> Option<Reason> {
    if reserved::is_rust_keyword(name) {
        return Some(Reason::RustKeyword);
    }
    if reserved::is_standard_crate(name) {
        return Some(Reason::StandardCrate);
    }
    if reserved::is_own_crate(name) {
        return Some(Reason::OwnCrate);
    }
    if reserved::is_windows_device(name) {
        return Some(Reason::WindowsDevice);
    }
    if reserved::is_app_module(name) {
        return Some(Reason::AppModule);
    }
    if reserved::is_framework_route(name) {
        return Some(Reason::Route {
            route: name.to_owned(),
        });
    }
    if let Some(same) = taken
        .crates
        .iter()
        .find(|other| reserved::same_crate(other, name))
    {
        return Some(Reason::Crate {
            name: (*same).to_owned(),
        });
    }
    let table = format!("{name}_tb");
    taken
        .tables
        .contains(&table.as_str())
        .then_some(Reason::Table { table })
}
