//! Limits on a request: length of its address, time it may take. Also the last place where a
//! failure without envelope gets one.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::{AppError, ErrorCode};
use crate::http::failure;

/// Longest path plus query string in bytes. What is longer belongs into a body.
pub const URI_LIMIT_BYTES: usize = 8 * 1024;

pub(super) async fn limit(
    State(timeout): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    if length(request.uri()) > URI_LIMIT_BYTES {
        return AppError::new(ErrorCode::URI_TOO_LONG).into_response();
    }
    let response = match tokio::time::timeout(timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => AppError::new(ErrorCode::TIMEOUT).into_response(),
    };
    failure::ensure_envelope(response)
}

fn length(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |whole| whole.as_str().len())
}
