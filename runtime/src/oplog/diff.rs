//! Two rows as a list of changes in words.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::logged::{Field, Logged, readable};
use super::redact::joined;
use crate::error::Language;

/// A field that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = operation_log::Difference)]
pub struct Difference {
    /// The field's name; of a field within another one `config.total`.
    #[schema(example = "is_release")]
    pub field: String,
    /// What people call it.
    #[schema(example = "Released")]
    pub label: String,
    /// What it was; null for nothing.
    #[schema(example = "No")]
    pub before: Option<String>,
    /// What it is; null for nothing.
    #[schema(example = "Yes")]
    pub after: Option<String>,
}

/// What differs between a row before and after, in the order of the fields' names. Of a row that is
/// new or gone, all its fields.
#[must_use]
pub fn differences(
    logged: Option<&Logged>,
    before: Option<&Value>,
    after: Option<&Value>,
    language: Language,
) -> Vec<Difference> {
    let words = Words { logged, language };
    let mut found = Vec::new();
    words.compare("", before, after, &mut found);
    found
}

struct Words<'a> {
    logged: Option<&'a Logged>,
    language: Language,
}

impl Words<'_> {
    fn compare(
        &self,
        path: &str,
        before: Option<&Value>,
        after: Option<&Value>,
        found: &mut Vec<Difference>,
    ) {
        if before == after {
            return;
        }
        let is_row = |value: Option<&Value>| value.is_none_or(|value| value.is_object());
        if is_row(before) && is_row(after) {
            let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
            let (old, new) = (object(before), object(after));
            let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                self.compare(&joined(path, name), old.get(name), new.get(name), found);
            }
            return;
        }
        let field = self.logged.and_then(|logged| logged.field(path));
        let (before, after) = (self.text(field, before), self.text(field, after));
        if before == after {
            return;
        }
        let label = field.map_or_else(
            || readable(path),
            |field| field.label(self.language).to_owned(),
        );
        found.push(Difference {
            field: path.to_owned(),
            label,
            before,
            after,
        });
    }

    /// A value for people.
    fn text(&self, field: Option<&Field>, value: Option<&Value>) -> Option<String> {
        let plain: Cow<'_, str> = match value? {
            Value::Null => return None,
            Value::String(text) => text.as_str().into(),
            other => other.to_string().into(),
        };
        if let Some(word) = field.and_then(|field| field.value(&plain, self.language)) {
            return Some(word.to_owned());
        }
        let word = match (value?, self.language) {
            (Value::Bool(true), Language::English) => "Yes",
            (Value::Bool(false), Language::English) => "No",
            (Value::Bool(true), Language::Chinese) => "是",
            (Value::Bool(false), Language::Chinese) => "否",
            _ => return Some(plain.into_owned()),
        };
        Some(word.to_owned())
    }
}
