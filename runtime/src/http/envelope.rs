//! The shape that every answer has.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::scope::Scope;
use crate::error::{AppError, ErrorCode};

/// The envelope of every answer, in the order of its keys.
///
/// Handlers return [`struct@Reply`] and do not build this; in `#[utoipa::path]` it describes their
/// answer: `body = Envelope<View>`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// Whether the request was done.
    pub success: bool,
    /// A stable code to branch on; empty on success.
    pub error_code: String,
    /// A message for people; empty on success.
    pub error_message: String,
    /// What was asked for; null on failure.
    pub data: T,
    /// Names the request in the log.
    pub request_id: String,
}

/// The data of an answer that has none, null in JSON: `Ok(Reply(Done))`, described as
/// `body = Envelope<Done>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done;

impl Serialize for Done {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl PartialSchema for Done {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Null).into()
    }
}

impl ToSchema for Done {}

/// The nested envelope of the original framework (`http.compat_envelope`).
#[derive(Serialize)]
struct CompatEnvelope<T> {
    success: bool,
    data: CompatInner<T>,
}

#[derive(Serialize)]
struct CompatInner<T> {
    success: bool,
    data: T,
    error_code: String,
    error_message: String,
    log_id: String,
}

impl<T> From<Envelope<T>> for CompatEnvelope<T> {
    fn from(envelope: Envelope<T>) -> Self {
        Self {
            success: true,
            data: CompatInner {
                success: envelope.success,
                data: envelope.data,
                error_code: envelope.error_code,
                error_message: envelope.error_message,
                log_id: envelope.request_id,
            },
        }
    }
}

/// Marks a response whose body is the envelope, with what the log should say about it. In the
/// original's envelope the status on the wire is always 200, hence the one here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) status: StatusCode,
    pub(super) error_code: &'static str,
}

/// A successful answer of a handler: `Ok(Reply(view))` or `Ok(Reply::created(view))`.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    status: StatusCode,
    data: T,
}

/// An answer with status 200.
#[expect(
    non_snake_case,
    reason = "reads as the constructor of the type of the same name"
)]
pub fn Reply<T>(data: T) -> Reply<T> {
    Reply {
        status: StatusCode::OK,
        data,
    }
}

impl<T> Reply<T> {
    /// An answer with status 201: something new now exists.
    pub fn created(data: T) -> Self {
        Self {
            status: StatusCode::CREATED,
            data,
        }
    }

    /// What the answer holds.
    pub fn into_inner(self) -> T {
        self.data
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let scope = Scope::current();
        let outcome = Outcome {
            status: self.status,
            error_code: "",
        };
        let envelope = Envelope {
            success: true,
            error_code: String::new(),
            error_message: String::new(),
            data: self.data,
            request_id: scope.request_id.to_string(),
        };
        render(outcome, envelope, scope.compat)
    }
}

/// A failure, in the envelope that the scope asks for.
pub(super) fn failure(code: ErrorCode, message: String, scope: &Scope) -> Response {
    failure_with(code, message, Done, scope, scope.compat)
}

/// A failure that has something to show nevertheless, in the envelope of your choice.
pub(super) fn failure_with<T: Serialize>(
    code: ErrorCode,
    message: String,
    data: T,
    scope: &Scope,
    compat: bool,
) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let outcome = Outcome {
        status,
        error_code: code.as_str(),
    };
    let envelope = Envelope {
        success: false,
        error_code: code.as_str().to_owned(),
        error_message: message,
        data,
        request_id: scope.request_id.to_string(),
    };
    render(outcome, envelope, compat)
}

/// A success in the plain envelope, whatever `http.compat_envelope` says.
pub(super) fn plain_success<T: Serialize>(data: T) -> Response {
    let envelope = Envelope {
        success: true,
        error_code: String::new(),
        error_message: String::new(),
        data,
        request_id: Scope::current().request_id.to_string(),
    };
    render(
        Outcome {
            status: StatusCode::OK,
            error_code: "",
        },
        envelope,
        false,
    )
}

fn render<T: Serialize>(outcome: Outcome, envelope: Envelope<T>, compat: bool) -> Response {
    let (status, body) = if compat {
        (
            StatusCode::OK,
            serde_json::to_vec(&CompatEnvelope::from(envelope)),
        )
    } else {
        (outcome.status, serde_json::to_vec(&envelope))
    };
    let body = match body {
        Ok(body) => body,
        // An error's own envelope holds nothing but text, so this does not recurse.
        Err(error) => return AppError::internal(error).into_response(),
    };
    let json = HeaderValue::from_static("application/json");
    let mut response = (status, [(header::CONTENT_TYPE, json)], body).into_response();
    response.extensions_mut().insert(outcome);
    if outcome.status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}
