//! How errors become answers: the client gets a code and a message, the log gets the cause.

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::envelope::{self, Outcome};
use super::scope::Scope;
use crate::error::{AppError, ErrorCode};

/// Headers that keep their meaning when the body of a failure is replaced.
const KEPT: [header::HeaderName; 4] = [
    header::ALLOW,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    header::SET_COOKIE,
];

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let scope = Scope::current();
        let code = self.code();
        let internal = code.status() >= 500;
        if internal {
            tracing::error!(
                request_id = %scope.request_id,
                error_code = code.as_str(),
                error = %self.detail(),
                "request failed"
            );
        } else {
            tracing::debug!(
                request_id = %scope.request_id,
                error_code = code.as_str(),
                error = %self.detail(),
                "request refused"
            );
        }
        let message = if internal && scope.reveal {
            self.detail()
        } else if code == ErrorCode::INTERNAL {
            // Even a message set for this case might tell too much about our inside.
            code.message(scope.language).to_owned()
        } else {
            self.message(scope.language).to_owned()
        };
        let retry_after = self.retry_after();
        let mut response = envelope::failure(code, message, &scope);
        if let Some(wait) = retry_after {
            // Whole seconds, upwards: at the time that is told it must be over.
            let seconds = wait.as_millis().div_ceil(1000).clamp(1, u32::MAX.into());
            let seconds = HeaderValue::from(u32::try_from(seconds).unwrap_or(u32::MAX));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// The answer where no route fits.
pub(super) async fn not_found(uri: Uri) -> AppError {
    AppError::not_found().with_source(format!("no route {}", uri.path()))
}

/// The answer where the route has no such method.
pub(super) async fn method_not_allowed() -> AppError {
    AppError::new(ErrorCode::METHOD_NOT_ALLOWED)
}

/// Puts a failure that did not come from an [`AppError`] (a handler's bare status, an extractor of
/// axum's own) into the envelope. Everything else passes.
pub(super) fn ensure_envelope(response: Response) -> Response {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || response.extensions().get::<Outcome>().is_some() {
        return response;
    }
    let (parts, _) = response.into_parts();
    let code = code_of(status);
    let mut replaced = AppError::new(code).into_response();
    // The table has one status a code; the handler's own is the more exact one.
    replaced.extensions_mut().insert(Outcome {
        status,
        error_code: code.as_str(),
    });
    if !Scope::current().compat {
        *replaced.status_mut() = status;
    }
    copy_headers(&parts.headers, replaced.headers_mut());
    replaced
}

fn copy_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for name in KEPT.iter().filter(|name| from.contains_key(*name)) {
        to.remove(name);
        for value in from.get_all(name) {
            to.append(name, value.clone());
        }
    }
}

/// The code that says best what a bare status says.
fn code_of(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::UNAUTHORIZED => ErrorCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN => ErrorCode::NO_POWER,
        StatusCode::NOT_FOUND | StatusCode::GONE => ErrorCode::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => ErrorCode::METHOD_NOT_ALLOWED,
        StatusCode::CONFLICT => ErrorCode::CONFLICT,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::PAYLOAD_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::UNSUPPORTED_MEDIA_TYPE,
        StatusCode::TOO_MANY_REQUESTS => ErrorCode::CURRENT_LIMIT,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::BUSY,
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => ErrorCode::TIMEOUT,
        status if status.is_client_error() => ErrorCode::PARAM_ERROR,
        _ => ErrorCode::INTERNAL,
    }
}
