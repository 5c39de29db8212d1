//! Answers as they are kept, and as they are repeated.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::{StreamExt, stream};

use super::REPLAYED;
use crate::guard::record::{Answer, BODY_LIMIT_BYTES};
use crate::http::envelope::Outcome;

/// Longest content type that is kept, in bytes.
const CONTENT_TYPE_MAX_BYTES: usize = 255;

/// A kept answer as it was sent: status, content type and body. Other headers are not kept.
pub(super) fn replay(kept: &Answer) -> Response {
    let status = kept.status.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or_default();
    let mut response = Response::new(Body::from(kept.body.clone()));
    *response.status_mut() = status;
    let content_type = kept.content_type.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(content_type)) = content_type {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    // It went through the envelope when it was new.
    response.extensions_mut().insert(Outcome {
        status,
        error_code: "",
    });
    response
}

/// The same answer, and what to keep of it. Nothing is kept of one that might be another next
/// time, nor of one that is no text or above 256 KiB, which the log is told.
pub(super) async fn read(response: Response) -> (Response, Option<Answer>) {
    // The original framework's envelope goes out with 200 whatever it says.
    let outcome = response.extensions().get::<Outcome>();
    if !is_lasting(outcome.map_or(response.status(), |outcome| outcome.status)) {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    let content_type = parts.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.map(HeaderValue::to_str).transpose();
    match whole(body).await {
        Ok(bytes) => {
            let kept = match (content_type, String::from_utf8(bytes.to_vec())) {
                (Ok(content_type), Ok(body)) if is_storable(content_type, &body) => Some(Answer {
                    status: Some(parts.status.as_u16()),
                    content_type: content_type.map(str::to_owned),
                    body,
                }),
                _ => {
                    tracing::warn!("an answer that is no text is not kept under its key");
                    None
                }
            };
            (Response::from_parts(parts, Body::from(bytes)), kept)
        }
        Err(body) => {
            tracing::warn!(
                limit_bytes = BODY_LIMIT_BYTES,
                "an answer that is too large or breaks off is not kept under its key"
            );
            (Response::from_parts(parts, body), None)
        }
    }
}

/// Whether the same request will get the same answer: it was done, or is wrong in itself. Not a
/// log-in or permission that is missing now, nor a time-out, nor too many requests.
fn is_lasting(status: StatusCode) -> bool {
    const PASSING: [StatusCode; 5] = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    status.is_success() || (status.is_client_error() && !PASSING.contains(&status))
}

/// PostgreSQL takes no NUL in texts.
fn is_storable(content_type: Option<&str>, body: &str) -> bool {
    let short = content_type.is_none_or(|text| text.len() <= CONTENT_TYPE_MAX_BYTES);
    short && !body.contains('\0')
}

/// All of a body; or, when it is too large or breaks off, an equal one.
async fn whole(body: Body) -> Result<Bytes, Body> {
    let mut rest = body.into_data_stream();
    let (mut chunks, mut length) = (Vec::new(), 0);
    while let Some(chunk) = rest.next().await {
        length += chunk.as_ref().map_or(0, Bytes::len);
        let ends_here = chunk.is_err() || length > BODY_LIMIT_BYTES;
        chunks.push(chunk);
        if ends_here {
            return Err(Body::from_stream(stream::iter(chunks).chain(rest)));
        }
    }
    let chunks: Vec<Bytes> = chunks.into_iter().flatten().collect();
    Ok(match <[Bytes; 1]>::try_from(chunks) {
        Ok([only]) => only,
        Err(chunks) => chunks.concat().into(),
    })
}
