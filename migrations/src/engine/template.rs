//! A statement on a sharded table, to be said of each physical one.
//!
//! Works on the text, as the history does: which tokens name the table, and which name an index, a
//! constraint or a trigger, of which each physical table has its own.

use sea_orm::DbBackend;

use super::expected::fold;
use super::sql::lexer::{Kind, Token, tokens};
use super::sql::{Class, Effect, Reading, read};
use crate::shard::physical_name;

/// What of a token differs from table to table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Nothing.
    Plain,
    /// It is the table.
    Table,
    /// It belongs to the table.
    Owned,
}

/// A statement with its variable places.
pub(crate) struct Template<'a> {
    tokens: Vec<(Token<'a>, Role)>,
    table: String,
    backend: DbBackend,
    /// It creates the table; whether under `IF NOT EXISTS`.
    pub(crate) creates: Option<bool>,
    /// It drops the table.
    pub(crate) drops: bool,
}

/// The one sharded table that `sql` names, in the spelling of `known`.
pub(crate) fn named<'a>(
    sql: &str,
    backend: DbBackend,
    known: impl Fn(&str) -> Option<&'a str>,
) -> Result<Option<&'a str>, String> {
    let mut found: Option<&str> = None;
    let mut before: Option<Token<'_>> = None;
    for token in tokens(sql, backend) {
        if let Some(table) = token.name(backend).and_then(|name| known(&name)) {
            if before.is_some_and(|before| before.is_mark(".")) {
                return Err(format!(
                    "name the sharded table `{table}` without its schema, so that its physical \
                     tables can be put in its place"
                ));
            }
            if found.is_some_and(|found| found != table) {
                return Err(format!(
                    "it names two sharded tables, `{}` and `{table}`, and there is no one to one \
                     between their physical tables: give each its own step",
                    found.unwrap_or_default()
                ));
            }
            found = Some(table);
        }
        if token.kind != Kind::Blank {
            before = Some(token);
        }
    }
    Ok(found)
}

impl<'a> Template<'a> {
    /// Reads `sql`, which is about the sharded `table`; or says why it cannot be.
    pub(crate) fn new(sql: &'a str, table: &str, backend: DbBackend) -> Result<Self, String> {
        let reading = read(sql, backend);
        let all = tokens(sql, backend);
        let significant: Vec<(usize, Token<'_>)> = all
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, token)| token.kind != Kind::Blank)
            .collect();
        let words: Vec<Token<'_>> = significant.iter().map(|(_, token)| *token).collect();
        let defines = words
            .first()
            .is_some_and(|verb| ["CREATE", "ALTER", "DROP"].iter().any(|word| verb.is(word)));
        let is_table = |name: &str| fold(name, backend) == fold(table, backend);
        refuse(&reading, &words, defines, table, &is_table)?;
        let mut roles = vec![Role::Plain; all.len()];
        if defines {
            for at in owned(&words, backend) {
                if let Some((place, _)) = significant.get(at) {
                    roles[*place] = Role::Owned;
                }
            }
        }
        for (place, token) in &significant {
            if roles[*place] == Role::Plain
                && token.name(backend).is_some_and(|name| is_table(&name))
            {
                roles[*place] = Role::Table;
            }
        }
        let creates = reading
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::CreateTable { .. }));
        let drops = reading
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::DropTable { .. }));
        Ok(Self {
            tokens: all.into_iter().zip(roles).collect(),
            table: table.to_owned(),
            backend,
            creates: creates.then_some(reading.guarded),
            drops,
        })
    }

    /// The statement on the physical table of that number.
    pub(crate) fn fill(&self, number: u16) -> Result<String, String> {
        let physical = physical_name(&self.table, number);
        refuse_long(&physical, self.backend)?;
        self.fill_as(number, &physical)
    }

    /// The same, on a table that is to become the physical one of that number.
    pub(crate) fn fill_as(&self, number: u16, table: &str) -> Result<String, String> {
        let mut sql = String::new();
        for (token, role) in &self.tokens {
            let name = match role {
                Role::Plain => None,
                Role::Table => Some(table.to_owned()),
                Role::Owned => {
                    let name = token.name(self.backend).unwrap_or_default();
                    Some(owned_name(&name, &self.table, number))
                }
            };
            match name {
                None => sql.push_str(token.text),
                Some(name) => {
                    refuse_long(&name, self.backend)?;
                    sql.push_str(&spelt_as(token, &name));
                }
            }
        }
        Ok(sql)
    }
}

/// The name of what belongs to a physical table: every one has its own, as some databases keep the
/// names of all tables' indexes together.
fn owned_name(name: &str, table: &str, number: u16) -> String {
    if name.contains(table) {
        return name.replacen(table, &physical_name(table, number), 1);
    }
    format!("{name}_{number}")
}

/// `name` in the quotes of `token`.
fn spelt_as(token: &Token<'_>, name: &str) -> String {
    match token.text.chars().next_back() {
        Some(quote) if token.kind == Kind::Name => {
            let doubled: String = [quote, quote].iter().collect();
            format!("{quote}{}{quote}", name.replace(quote, &doubled))
        }
        _ => name.to_owned(),
    }
}

fn refuse_long(name: &str, backend: DbBackend) -> Result<(), String> {
    let (length, longest) = match backend {
        DbBackend::MySql => (name.chars().count(), 64),
        DbBackend::Postgres => (name.len(), 63),
        _ => return Ok(()),
    };
    if length <= longest {
        return Ok(());
    }
    Err(format!(
        "the name `{name}` of a physical table, or of what belongs to it, is longer than the \
         {longest} that {} takes: shorten it",
        super::render::backend_name(backend)
    ))
}

/// What cannot be said of each physical table.
fn refuse(
    reading: &Reading,
    words: &[Token<'_>],
    defines: bool,
    table: &str,
    is_table: &impl Fn(&str) -> bool,
) -> Result<(), String> {
    let foreign = |pair: &[Token<'_>]| {
        pair[0].is("REFERENCES") || (pair[0].is("FOREIGN") && pair[1].is("KEY"))
    };
    if defines && words.windows(2).any(foreign) {
        return Err(format!(
            "no foreign key can lead to or from the sharded table `{table}`: the other row may be \
             in another of its tables"
        ));
    }
    for effect in &reading.effects {
        let other = match effect {
            Effect::RenameTable { .. } => {
                return Err(format!(
                    "the sharded table `{table}` cannot be renamed: its layout and its \
                     configuration bear its name"
                ));
            }
            Effect::CreateTable { table, .. } | Effect::DropTable { table } => {
                !is_table(&table.name) || reading.parts > 1
            }
            _ => false,
        };
        if other {
            return Err(format!(
                "it creates or drops another table, too, and would be run for each table of the \
                 sharded `{table}`: make it a step of its own"
            ));
        }
    }
    let view = defines && words.iter().take(8).any(|word| word.is("VIEW"));
    if view && reading.class != Class::Schema {
        return Err(format!(
            "a view of the sharded table `{table}` would hide that a key is needed: select from \
             the physical tables"
        ));
    }
    Ok(())
}

/// Which tokens name an index, a constraint or a trigger.
fn owned(words: &[Token<'_>], backend: DbBackend) -> Vec<usize> {
    let mysql = backend == DbBackend::MySql;
    let is = |at: usize, word: &str| words.get(at).is_some_and(|token| token.is(word));
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let after = |word: &str| at > 0 && is(at - 1, word);
        // Elsewhere than on MySQL, `index` and `key` may be columns.
        let index = word.is("INDEX") && (mysql || at <= 2 || after("USING"))
            || (mysql && word.is("KEY") && !after("PRIMARY"));
        let trigger = word.is("TRIGGER") && at <= 6;
        let bare = mysql
            && ["UNIQUE", "FULLTEXT", "SPATIAL"]
                .iter()
                .any(|kind| word.is(kind))
            && words.get(at + 2).is_some_and(|token| token.is_mark("("));
        let check = word.is("CHECK") && after("DROP");
        if !(index || trigger || bare || check || word.is("CONSTRAINT")) {
            continue;
        }
        let mut name = at + 1;
        while ["CONCURRENTLY", "IF", "NOT", "EXISTS"]
            .iter()
            .any(|word| is(name, word))
        {
            name += 1;
        }
        if words.get(name).is_some_and(can_be_name) {
            found.push(name);
            if is(name + 1, "TO") && after("RENAME") {
                found.push(name + 2);
            }
        }
    }
    found
}

fn can_be_name(token: &Token<'_>) -> bool {
    const NOT_NAMES: [&str; 16] = [
        "ON",
        "USING",
        "COMMENT",
        "NULL",
        "DEFAULT",
        "CHECK",
        "UNIQUE",
        "PRIMARY",
        "FOREIGN",
        "KEY",
        "INDEX",
        "AUTO_INCREMENT",
        "REFERENCES",
        "COLLATE",
        "GENERATED",
        "AS",
    ];
    match token.kind {
        Kind::Name => true,
        Kind::Word => !NOT_NAMES.iter().any(|word| token.is(word)),
        Kind::Text | Kind::Mark | Kind::Blank => false,
    }
}
