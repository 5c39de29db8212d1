//! [`FieldName`]: the name of a column, of a struct field and of a JSON key.

use std::fmt;

use super::error::{NameError, NameKind, Reason};
use super::grammar::Grammar;
use super::module::pascal_case;
use super::reserved;

const GRAMMAR: Grammar = Grammar {
    kind: NameKind::Field,
    separators: &['_'],
    allowed: "a-z, 0-9 and `_`",
    length_max: 30,
    prefix: "field",
    suffix: "value",
};

/// Better words than "… value" for names that are asked for often.
const SYNONYMS: &[(&str, &str)] = &[
    ("created_at", "made_at"),
    ("desc", "description"),
    ("id", "code"),
    ("index", "position"),
    ("order", "position"),
    ("rank", "position"),
    ("ref", "reference"),
    ("type", "kind"),
    ("updated_at", "changed_at"),
    ("user_id", "owner_id"),
];

/// The name of a field: `[a-z][a-z0-9]*(_[a-z0-9]+)*`, at most 30 characters, free for a column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName(String);

impl FieldName {
    /// Parses a name.
    ///
    /// # Errors
    /// [`NameError`] with the reason and a legal name.
    pub fn new(input: &str) -> Result<Self, NameError> {
        GRAMMAR.check(input, taken).map_err(|mut error| {
            let word = input.to_ascii_lowercase();
            if let Some((_, synonym)) = SYNONYMS.iter().find(|(name, _)| *name == word) {
                (*synonym).clone_into(&mut error.suggestion);
            }
            error
        })?;
        Ok(Self(input.to_owned()))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as an enum variant spells it, SeaORM's columns for instance: `is_open` is `IsOpen`.
    #[must_use]
    pub fn pascal_case(&self) -> String {
        pascal_case(&self.0)
    }

    /// Whether two fields can't be in one struct: `a1` and `a_1` are both `A1`.
    #[must_use]
    pub fn collides_with(&self, other: &Self) -> bool {
        self.pascal_case() == other.pascal_case()
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn taken(name: &str) -> Option<Reason> {
    if reserved::is_rust_keyword(name) {
        return Some(Reason::RustKeyword);
    }
    if reserved::is_base_column(name) {
        return Some(Reason::BaseColumn);
    }
    reserved::is_sql_word(name).then_some(Reason::SqlWord)
}
