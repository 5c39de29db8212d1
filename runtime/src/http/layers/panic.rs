//! A panic in a handler costs that one request an answer `internal`, not the process its life.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::error::AppError;

pub(super) fn answer(payload: Box<dyn Any + Send>) -> Response {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    AppError::internal(format!("a handler panicked: {message}")).into_response()
}
