//! The layer of environment variables: `CLOUDAPP__SECTION__KEY`.

use serde::Deserialize;
use toml::{Table, Value};

use super::error::Problem;
use super::position::problem_at;
use super::{Config, ConfigError};

/// Every variable that overrides a key starts so.
const PREFIX: &str = "CLOUDAPP__";

/// The variable that sets `key`, e.g. `CLOUDAPP__SERVER__PORT` for `server.port`.
pub(super) fn variable_of(key: &str) -> String {
    let mut name = String::from(PREFIX);
    name.push_str(&key.replace('.', "__").to_uppercase());
    name
}

/// Puts every variable of ours over `base`.
pub(super) fn overlay(base: &mut Table, variables: &[(String, String)]) -> Result<(), ConfigError> {
    for (name, text) in variables {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            refuse_near_miss(name)?;
            continue;
        };
        let path: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        let value = typed(name, &path, text, lookup(base, &path))?;
        set(base, &path, value);
    }
    Ok(())
}

/// `CLOUDAPP_SERVER__PORT` would be ignored in silence otherwise.
fn refuse_near_miss(name: &str) -> Result<(), ConfigError> {
    match name.strip_prefix("CLOUDAPP_") {
        Some(rest) if rest.contains("__") => Err(ConfigError::Variable {
            name: name.to_owned(),
            problem: Problem::UnknownKey {
                key: name.to_owned(),
                suggestion: Some(format!("{PREFIX}{rest}")),
            },
        }),
        _ => Ok(()),
    }
}

/// Reads the text as whatever type the key has.
fn typed(
    name: &str,
    path: &[String],
    text: &str,
    present: Option<&Value>,
) -> Result<Value, ConfigError> {
    let as_text = Value::String(text.to_owned());
    let as_toml = parse_value(text);
    if path.first().is_some_and(|section| section == "app") && path.len() > 1 {
        // The application's own keys have no known type: a text stays a text, anything else is
        // read.
        let stays_text = matches!(present, Some(Value::String(_)));
        return Ok(if stays_text {
            as_text
        } else {
            as_toml.unwrap_or(as_text)
        });
    }
    // Text first, so that a password of digits is not taken for a number.
    let text_error = match accepts(path, &as_text) {
        Ok(()) => return Ok(as_text),
        Err(error) => error,
    };
    let error = match as_toml {
        Some(value) => match accepts(path, &value) {
            Ok(()) => return Ok(value),
            Err(error) => error,
        },
        None => text_error,
    };
    Err(ConfigError::Variable {
        name: name.to_owned(),
        problem: as_variable(problem_at(path, &error)),
    })
}

/// Whether the configuration takes `value` at `path`, alone.
fn accepts(path: &[String], value: &Value) -> Result<(), String> {
    let mut table = Table::new();
    set(&mut table, path, value.clone());
    Config::deserialize(table)
        .map(|_| ())
        .map_err(|error| error.message().to_owned())
}

fn parse_value(text: &str) -> Option<Value> {
    let mut table: Table = toml::from_str(&format!("value = {text}")).ok()?;
    // A line break in the text could smuggle in further keys.
    if table.len() == 1 {
        table.remove("value")
    } else {
        None
    }
}

/// Speaks of variables instead of keys.
fn as_variable(problem: Problem) -> Problem {
    match problem {
        Problem::UnknownKey { key, suggestion } => Problem::UnknownKey {
            key,
            suggestion: suggestion.map(|key| variable_of(&key)),
        },
        other => other,
    }
}

fn lookup<'a>(table: &'a Table, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let value = table.get(first)?;
    if rest.is_empty() {
        Some(value)
    } else {
        lookup(value.as_table()?, rest)
    }
}

fn set(table: &mut Table, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        table.insert(first.clone(), value);
        return;
    }
    let entry = table
        .entry(first.clone())
        .or_insert_with(|| Value::Table(Table::new()));
    if !entry.is_table() {
        *entry = Value::Table(Table::new());
    }
    if let Value::Table(inner) = entry {
        set(inner, rest, value);
    }
}
