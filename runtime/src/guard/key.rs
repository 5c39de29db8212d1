//! The key that a client chooses for a change.

use std::fmt;

use crate::error::{AppError, AppResult};

/// Longest idempotency key in characters.
pub const IDEMPOTENCY_KEY_MAX_CHARS: usize = 255;

/// A key that its sender chose for one change, and sends again when he asks for the same change
/// again: 1 to 255 visible ASCII characters, such as a UUID.
///
/// As an argument of a handler it is the header `Idempotency-Key`, as `Option<IdempotencyKey>` one
/// that may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key of this text.
    ///
    /// # Errors
    /// `param_error` naming the rule.
    pub fn new(text: impl Into<String>) -> AppResult<Self> {
        let text = text.into();
        let fits = (1..=IDEMPOTENCY_KEY_MAX_CHARS).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(Self::refusal())
        }
    }

    /// What is answered to a key that is none.
    pub(crate) fn refusal() -> AppError {
        AppError::param((
            format!(
                "Idempotency-Key: must be 1 to {IDEMPOTENCY_KEY_MAX_CHARS} visible ASCII characters"
            ),
            format!("Idempotency-Key：须为 1 到 {IDEMPOTENCY_KEY_MAX_CHARS} 个可见 ASCII 字符"),
        ))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
