//! The request body.

use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use garde::Validate;
use serde::de::DeserializeOwned;

use super::{refused, validated};
use crate::error::{AppError, ErrorCode};

/// A JSON body that fits its type and passes its rules.
///
/// Derive `Deserialize` with `#[serde(deny_unknown_fields)]` and `garde::Validate` for the type.
/// As it consumes the body it comes last among the arguments of a handler.
///
/// # Errors
/// `param_error` when the body does not fit, `unsupported_media_type` without
/// `content-type: application/json`, `payload_too_large` above `server.body_limit_bytes`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned + Validate<Context = ()>,
    S: Send + Sync,
{
    type Rejection = AppError;

    async fn from_request(request: Request, state: &S) -> Result<Self, AppError> {
        let axum::Json(value) = axum::Json::<T>::from_request(request, state)
            .await
            .map_err(rejected)?;
        validated(value).map(Json)
    }
}

// Apart from the generic part so that it is compiled once.
fn rejected(rejection: JsonRejection) -> AppError {
    match rejection {
        JsonRejection::JsonDataError(error) => {
            let text = error.body_text();
            refused(reason(
                &text,
                "Failed to deserialize the JSON body into the target type: ",
            ))
        }
        JsonRejection::JsonSyntaxError(error) => {
            let text = error.body_text();
            let place = text
                .strip_prefix("Failed to parse the request body as JSON: ")
                .unwrap_or(text.as_str());
            refused(&format!("the body is not valid JSON: {place}"))
        }
        JsonRejection::MissingJsonContentType(_) => {
            AppError::new(ErrorCode::UNSUPPORTED_MEDIA_TYPE).with_message((
                "the body must come with content-type: application/json",
                "请求内容必须带 content-type: application/json",
            ))
        }
        JsonRejection::BytesRejection(error) => unreadable(&error),
        other => refused(&other.body_text()),
    }
}

/// The refusal of a body that is too large or breaks off.
pub(in crate::http) fn unreadable(error: &BytesRejection) -> AppError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        AppError::new(ErrorCode::PAYLOAD_TOO_LARGE)
    } else {
        AppError::param(("the body could not be read", "请求内容无法读取"))
            .with_source(error.body_text())
    }
}

/// The part of a message that concerns the client: without the library's preamble, and without the
/// place in the text, which the name of the field says better.
fn reason<'a>(text: &'a str, preamble: &str) -> &'a str {
    let text = text.strip_prefix(preamble).unwrap_or(text);
    text.rfind(" at line ").map_or(text, |end| &text[..end])
}
