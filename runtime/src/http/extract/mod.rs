//! Typed input: [`Json`], [`Query`] and [`Path`]. What does not fit is answered `param_error` with
//! a message that names the field and the reason.

mod idempotency_key;
mod json;
mod path;
mod query;
mod words;

pub(super) use idempotency_key::idempotency_key;
pub use json::Json;
pub(super) use json::unreadable;
pub use path::Path;
pub use query::Query;

use garde::Validate;
use garde::i18n::with_i18n;

use super::scope::Scope;
use crate::error::{AppError, AppResult, Language};

/// Messages quote what was sent; nobody gets his megabyte back.
const MESSAGE_LIMIT_CHARS: usize = 300;

/// How many broken rules one answer names.
const VIOLATION_LIMIT: usize = 5;

/// Refuses a value that breaks the rules of its type.
fn validated<T: Validate<Context = ()>>(value: T) -> AppResult<T> {
    let checked = match Scope::current().language {
        Language::English => value.validate(),
        Language::Chinese => with_i18n(words::Chinese, || value.validate()),
    };
    let Err(report) = checked else {
        return Ok(value);
    };
    let violations: Vec<String> = report
        .iter()
        .take(VIOLATION_LIMIT)
        .map(|(field, reason)| {
            if field.is_empty() {
                reason.to_string()
            } else {
                format!("{field}: {reason}")
            }
        })
        .collect();
    Err(refused(&violations.join("; ")))
}

/// `param_error` with a message of bounded length.
fn refused(message: &str) -> AppError {
    let chinese = words::chinese(message);
    AppError::param((bounded(message), bounded(&chinese)))
}

fn bounded(message: &str) -> String {
    match message.char_indices().nth(MESSAGE_LIMIT_CHARS) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}
