//! The variable parts of the path.

use axum::extract::FromRequestParts;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::refused;
use crate::error::AppError;

/// The variable parts of the path: `Path(id): Path<Id>` for `/client/notes/{id}`.
///
/// # Errors
/// `param_error` when a part does not fit its type.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Path(value))
            .map_err(rejected)
    }
}

fn rejected(rejection: PathRejection) -> AppError {
    let PathRejection::FailedToDeserializePathParams(error) = rejection else {
        return AppError::internal(rejection);
    };
    match error.kind() {
        ErrorKind::ParseErrorAtKey {
            key, expected_type, ..
        } => refused(&format!("{key}: expected {expected_type}")),
        ErrorKind::ParseErrorAtIndex {
            index,
            expected_type,
            ..
        } => refused(&format!(
            "part {} of the path: expected {expected_type}",
            index + 1
        )),
        ErrorKind::ParseError { expected_type, .. } => {
            refused(&format!("path: expected {expected_type}"))
        }
        ErrorKind::InvalidUtf8InPathParam { key } => refused(&format!("{key}: not valid UTF-8")),
        ErrorKind::DeserializeError { key, message, .. } => refused(&format!("{key}: {message}")),
        ErrorKind::Message(message) => refused(&format!("path: {message}")),
        // The route and the type do not belong together: our mistake, not the client's.
        _ => AppError::internal(error),
    }
}
