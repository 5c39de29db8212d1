//! What is left of a row when its secrets are taken away.

use serde_json::{Map, Value};

use super::logged::Logged;

/// Stands for a secret.
pub const REDACTED: &str = "***";
/// Stands for a secret that was another one before.
const REDACTED_CHANGED: &str = "*** *";
/// Names that say that a value is a secret, in whatever row they are: parts of the name between
/// underscores.
const SECRET_WORDS: [&str; 7] = [
    "password",
    "passwd",
    "secret",
    "token",
    "otp",
    "totp",
    "credential",
];
/// Names as a whole, in which no single word says it.
const SECRET_NAMES: [&str; 6] = [
    "api_key",
    "app_key",
    "access_key",
    "private_key",
    "password_hash",
    "recovery_codes",
];
/// Longest text of a field; of longer ones the beginning is kept.
const TEXT_MAX_CHARS: usize = 4_000;
/// Most items of a list; of longer ones the first are kept.
const LIST_MAX: usize = 200;
/// How deep a row may go.
const DEPTH_MAX: usize = 16;

/// A row before and after, as they may be written down.
///
/// Secrets become [`REDACTED`]; after a change of one, something else, so that it can be seen that
/// there was one. Texts and lists that are very long are cut.
#[must_use]
pub fn redacted(
    logged: &Logged,
    before: Option<Value>,
    after: Option<Value>,
) -> (Option<Value>, Option<Value>) {
    let after = after.map(|after| clean(logged, "", after, before.as_ref(), 0));
    let before = before.map(|before| clean(logged, "", before, None, 0));
    (before, after)
}

fn clean(logged: &Logged, path: &str, value: Value, old: Option<&Value>, depth: usize) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) if depth == DEPTH_MAX => Value::from("…"),
        Value::Object(object) => {
            let mut kept = Map::new();
            for (name, value) in object {
                let path = joined(path, &name);
                let old_value = old.and_then(|old| old.get(&name));
                let value = if is_secret(logged, &path, &name) && !value.is_null() {
                    let is_changed = old.is_some() && old_value != Some(&value);
                    Value::from(if is_changed {
                        REDACTED_CHANGED
                    } else {
                        REDACTED
                    })
                } else {
                    clean(logged, &path, value, old_value, depth + 1)
                };
                kept.insert(name, value);
            }
            Value::Object(kept)
        }
        Value::Array(items) => {
            let kept = items.into_iter().take(LIST_MAX).enumerate();
            let kept = kept.map(|(index, item)| {
                let old_item = old.and_then(|old| old.get(index));
                clean(logged, path, item, old_item, depth + 1)
            });
            kept.collect()
        }
        Value::String(text) => {
            let end = text.char_indices().nth(TEXT_MAX_CHARS).map(|(end, _)| end);
            Value::String(match end {
                Some(end) => format!("{}…", &text[..end]),
                None => text,
            })
        }
        other => other,
    }
}

fn is_secret(logged: &Logged, path: &str, name: &str) -> bool {
    let is_marked = logged.field(path).is_some_and(|field| field.is_secret());
    let name = name.to_ascii_lowercase();
    is_marked
        || SECRET_NAMES.contains(&name.as_str())
        || name
            .split(['_', '-'])
            .any(|word| SECRET_WORDS.contains(&word))
}

/// The name of a field within another one.
pub(super) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
