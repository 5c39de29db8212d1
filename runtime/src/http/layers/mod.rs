//! What happens around every handler, from the outside in: observe, compress, protect, drain,
//! limit, guard, answer once for a key, catch panics.

mod drain;
mod guard;
mod idempotency;
mod limit;
mod observe;
mod panic;
mod protect;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::metrics::Metrics;
use crate::app::Context;

pub(super) use idempotency::{IDEMPOTENCY_KEY, takes_key};
pub use limit::URI_LIMIT_BYTES;

/// Smaller answers fit a packet anyway; and those with a token in them are smaller.
const COMPRESS_ABOVE_BYTES: u64 = 1024;

/// Puts the layers around `router`.
pub(super) fn wrap(router: Router, ctx: &Context, metrics: &Metrics) -> Router {
    let config = ctx.config();
    let compressible = SizeAbove::new(COMPRESS_ABOVE_BYTES)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE);
    let observer = observe::Observer {
        metrics: metrics.clone(),
        http: config.http.clone().into(),
        reveal: !config.environment.is_production(),
    };
    let once = idempotency::Guard::new(ctx.clone());
    // The last one added is the outermost.
    let router = router
        // Inside of the next one, whose task a panic would end without an answer.
        .layer(CatchPanicLayer::custom(panic::answer))
        .layer(from_fn_with_state(once, idempotency::idempotency));
    let router = match guard::Guarded::new(ctx) {
        Some(guarded) => router.layer(from_fn_with_state(guarded, guard::guard)),
        None => router,
    };
    router
        .layer(DefaultBodyLimit::max(config.server.body_limit_bytes))
        .layer(from_fn_with_state(
            config.server.request_timeout(),
            limit::limit,
        ))
        .layer(from_fn(drain::drain))
        .layer(from_fn(protect::protect))
        .layer(CompressionLayer::new().compress_when(compressible))
        .layer(from_fn_with_state(observer, observe::observe))
}
