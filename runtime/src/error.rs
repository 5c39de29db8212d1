//! The one error type of request handling, and the table of codes that clients can rely on.
//!
//! An [`AppError`] is an [`ErrorCode`] (what the client sees and may branch on), an optional
//! message for the client, and an optional source that only the log sees. How it becomes an HTTP
//! answer is the business of [`crate::http`].

mod code;
mod message;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use sea_orm::{DbErr, TransactionError};

use crate::config::ConfigError;
use crate::db::{is_retryable, is_unavailable};

pub use code::{ErrorCode, Language};
pub use message::Message;

/// What handlers and services return.
pub type AppResult<T> = Result<T, AppError>;

/// A refused or failed operation.
///
/// Cheap to move: one pointer. The source is for the log and never reaches the client.
pub struct AppError(Box<Inner>);

struct Inner {
    code: ErrorCode,
    message: Option<Message>,
    source: Option<Box<dyn Error + Send + Sync>>,
    retry_after: Option<Duration>,
}

impl AppError {
    /// An error with the code's own message.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self(Box::new(Inner {
            code,
            message: None,
            source: None,
            retry_after: None,
        }))
    }

    /// The request is malformed: `param_error` with a message that should name the field and the
    /// reason. What people read is given in both languages: `("at most 5", "最多 5 个")`.
    #[must_use]
    pub fn param(message: impl Into<Message>) -> Self {
        Self::new(ErrorCode::PARAM_ERROR).with_message(message)
    }

    /// There is no such thing, or it is not the caller's: `not_found`.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NOT_FOUND)
    }

    /// No valid session: `unauthorized`.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(ErrorCode::UNAUTHORIZED)
    }

    /// The present state of the thing does not allow it: `conflict`.
    #[must_use]
    pub fn conflict(message: impl Into<Message>) -> Self {
        Self::new(ErrorCode::CONFLICT).with_message(message)
    }

    /// A defect or an outage on our side: `internal`. The client learns no detail, the log gets the
    /// source.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ErrorCode::INTERNAL).with_source(source)
    }

    /// Replaces the code's own message by one for this case. The client sees it.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Message>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Attaches the cause. Only the log sees it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Says after which time it is worth trying again: the header `Retry-After`.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// After which time it is worth trying again, if that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What went wrong, as a client may branch on it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The message for the client: the one set for this case, or else the code's own in `language`.
    #[must_use]
    pub fn message(&self, language: Language) -> &str {
        match &self.0.message {
            Some(message) => message.text(language),
            None => self.0.code.message(language),
        }
    }

    /// The message that was set for this case.
    pub(crate) fn own_message(&self) -> Option<&Message> {
        self.0.message.as_ref()
    }

    /// The database error behind this one, if there is one.
    #[must_use]
    pub fn database_error(&self) -> Option<&DbErr> {
        self.source()
            .and_then(|source| source.downcast_ref::<DbErr>())
    }

    /// The whole chain of causes in one line, for the log.
    #[must_use]
    pub fn detail(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let line = error.to_string();
            // Many libraries repeat their cause in their own text.
            if !text.ends_with(&line) {
                text.push_str(": ");
                text.push_str(&line);
            }
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}",
            self.0.code.as_str(),
            self.message(Language::English)
        )
    }
}

impl fmt::Debug for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppError")
            .field("code", &self.0.code.as_str())
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl Error for AppError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

impl From<ErrorCode> for AppError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

/// A missing row is `not_found`, a duplicate or a broken reference is `conflict`, a database that
/// cannot be had at the moment is `busy`; everything else is our own failure.
impl From<DbErr> for AppError {
    fn from(error: DbErr) -> Self {
        let code = match &error {
            DbErr::RecordNotFound(_) | DbErr::RecordNotUpdated => ErrorCode::NOT_FOUND,
            DbErr::RecordNotInserted => ErrorCode::CONFLICT,
            _ if error.sql_err().is_some() => ErrorCode::CONFLICT,
            _ if is_retryable(&error) || is_unavailable(&error) => ErrorCode::BUSY,
            _ => ErrorCode::INTERNAL,
        };
        Self::new(code).with_source(error)
    }
}

/// The application's own settings do not fit: our failure, not the client's.
impl From<ConfigError> for AppError {
    fn from(error: ConfigError) -> Self {
        Self::internal(error)
    }
}

impl From<TransactionError<AppError>> for AppError {
    fn from(error: TransactionError<AppError>) -> Self {
        match error {
            TransactionError::Connection(error) => error.into(),
            TransactionError::Transaction(error) => error,
        }
    }
}
