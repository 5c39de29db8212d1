//! From an error of the TOML reader to the key and line that it is about.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::error::Problem;
use super::suggest::nearest;

/// The line (from 1) of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}

/// The problem that `error` describes, with the full path of its key where `text` is valid TOML.
pub(super) fn problem_of(text: &str, error: &toml::de::Error) -> Problem {
    let path = error.span().and_then(|span| key_path(text, &span));
    match path {
        Some(path) => problem_at(&path, error.message()),
        None => Problem::Syntax {
            reason: error.message().replace('\n', ", "),
        },
    }
}

/// The problem that `message` describes at the key `path`.
pub(super) fn problem_at(path: &[String], message: &str) -> Problem {
    let key = path.join(".");
    let mut quoted = message.split('`').skip(1).step_by(2);
    let given = quoted.next().unwrap_or_default();
    // The wording of serde for `deny_unknown_fields`, and for the names of table groups:
    // unknown field `prot`, expected one of `host`, `port`
    let is_group = path.len() > 2 && path[..2] == ["database", "groups"] && path[2] == given;
    let names_key =
        message.starts_with("unknown field") || message.starts_with("unknown variant") && is_group;
    if !names_key {
        let reason = message.replace('\n', ", ");
        return Problem::BadValue { key, reason };
    }
    let suggestion = nearest(given, quoted).map(|name| {
        let mut suggested: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some(wrong) = suggested.iter_mut().rfind(|key| **key == given) {
            *wrong = name;
        }
        suggested.join(".")
    });
    Problem::UnknownKey { key, suggestion }
}

/// The path of the deepest key that a byte range of `text` belongs to.
fn key_path(text: &str, span: &Range<usize>) -> Option<Vec<String>> {
    let document = DeTable::parse(text).ok()?;
    let mut path = Vec::new();
    let mut table = document.get_ref();
    loop {
        let found = table.iter().find(|(key, value)| {
            key.span().contains(&span.start) || covers(value.get_ref(), &value.span(), span)
        });
        let Some((key, value)) = found else { break };
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) if !key.span().contains(&span.start) => table = inner,
            _ => break,
        }
    }
    if path.is_empty() { None } else { Some(path) }
}

/// Whether the value, or one of its keys (a `[header]` may stand anywhere in a file), covers the
/// span.
fn covers(value: &DeValue<'_>, own: &Range<usize>, span: &Range<usize>) -> bool {
    if own.contains(&span.start) {
        return true;
    }
    match value {
        DeValue::Table(table) => table.iter().any(|(key, value)| {
            key.span().contains(&span.start) || covers(value.get_ref(), &value.span(), span)
        }),
        _ => false,
    }
}
