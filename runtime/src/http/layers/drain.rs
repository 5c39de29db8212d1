//! Reads what is left of a request body before answering.
//!
//! A client that is still sending does not read. Were the connection closed at that point (too
//! large, not logged in, …), the client would see a reset instead of our answer. So the rest is
//! read and thrown away, within bounds.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

/// Most bytes read for nothing.
const DRAIN_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// Longest time spent reading for nothing.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(3);

pub(super) async fn drain(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Such a client waits for our word before it sends, and takes a refusal for an answer.
    let waits = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let kept = KeptBody(Arc::new(Mutex::new(Inner {
        body,
        touched: false,
    })));
    let handed = Body::new(KeptBody(Arc::clone(&kept.0)));
    let response = next.run(Request::from_parts(parts, handed)).await;
    if !waits || kept.touched() {
        // Whether the end was reached or patience: the answer goes out either way.
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, discard(kept)).await;
    }
    response
}

async fn discard(mut body: KeptBody) {
    let mut budget = DRAIN_LIMIT_BYTES;
    while !body.is_end_stream() {
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        let Some(Ok(frame)) = frame else { return };
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(left) = budget.checked_sub(length) else {
            return;
        };
        budget = left;
    }
}

/// A body that is still at hand after it was given away.
struct KeptBody(Arc<Mutex<Inner>>);

struct Inner {
    body: Body,
    touched: bool,
}

impl KeptBody {
    fn with<R>(&self, use_inner: impl FnOnce(&mut Inner) -> R) -> R {
        // A panic while reading leaves nothing half-done that we would trip over.
        use_inner(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn touched(&self) -> bool {
        self.with(|inner| inner.touched)
    }
}

impl HttpBody for KeptBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.with(|inner| {
            inner.touched = true;
            Pin::new(&mut inner.body).poll_frame(cx)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.with(|inner| inner.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|inner| inner.body.size_hint())
    }
}
