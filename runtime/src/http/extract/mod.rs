//! Typed input: [`Json`], [`Query`] and [`Path`]. What does not fit is answered `param_error` with
//! a message that names the field and the reason.

mod idempotency_key;
mod json;
mod path;
mod query;

pub(super) use idempotency_key::idempotency_key;
pub use json::Json;
pub(super) use json::unreadable;
pub use path::Path;
pub use query::Query;

use garde::Validate;

use crate::error::{AppError, AppResult};

/// Messages quote what was sent; nobody gets his megabyte back.
const MESSAGE_LIMIT_CHARS: usize = 300;

/// How many broken rules one answer names.
const VIOLATION_LIMIT: usize = 5;

/// Refuses a value that breaks the rules of its type.
fn validated<T: Validate<Context = ()>>(value: T) -> AppResult<T> {
    let Err(report) = value.validate() else {
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
    let end = message
        .char_indices()
        .nth(MESSAGE_LIMIT_CHARS)
        .map(|(index, _)| index);
    match end {
        Some(end) => AppError::param(format!("{}…", &message[..end])),
        None => AppError::param(message.to_owned()),
    }
}
