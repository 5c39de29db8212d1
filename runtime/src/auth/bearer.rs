//! The header `authorization: Bearer <token>`.

use axum::http::{HeaderMap, header};

/// Longer than any token of ours; longer ones are not worth hashing.
const TOKEN_MAX_BYTES: usize = 256;

/// The token of a request, if it has one that could be.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let sane = !token.is_empty() && token.len() <= TOKEN_MAX_BYTES;
    (scheme.eq_ignore_ascii_case("bearer") && sane).then_some(token)
}
