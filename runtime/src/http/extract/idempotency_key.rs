//! The header `Idempotency-Key`.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::error::{AppError, AppResult};
use crate::guard::IdempotencyKey;
use crate::http::layers::IDEMPOTENCY_KEY;

/// The key of a request, if it has one. Of two, neither is meant more than the other.
pub(in crate::http) fn idempotency_key(headers: &HeaderMap) -> AppResult<Option<IdempotencyKey>> {
    let mut all = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => {
            let text = one.to_str().map_err(|_| IdempotencyKey::refusal())?;
            IdempotencyKey::new(text).map(Some)
        }
        (Some(_), Some(_)) => Err(AppError::param((
            "Idempotency-Key: must not be sent twice",
            "Idempotency-Key：不能重复发送",
        ))),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let key = idempotency_key(&parts.headers)?;
        key.ok_or_else(|| {
            AppError::param((
                "Idempotency-Key: the header is missing",
                "缺少请求头 Idempotency-Key",
            ))
        })
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, AppError> {
        idempotency_key(&parts.headers)
    }
}
