//! HTTP: what every answer has in common, so that a handler holds nothing but its own matter.
//!
//! Whatever happens to a request (no such route, wrong method, body too large, malformed JSON,
//! time-out, panic), the answer is the [`Envelope`] with the request id. A handler takes the typed
//! extractors [`Json`], [`Query`], [`Path`] and returns `AppResult<Reply<T>>`; [`router`] puts the
//! layers around it, [`serve`] runs the result until it is told to stop.
//!
//! - `envelope`, `failure`, `scope`: the shape of answers, and what is known of the request being
//!   answered
//! - `extract`, `page`, `keyset`: typed input, paging
//! - `layers`: request id, access log, limits, time-out, panics, headers, compression
//! - `bans`, `health`, `jobs`, `oplog`, `metrics`, `cache`, `openapi`, `docs`: the framework's own routes
//! - `router`, `serve`: putting it together

mod bans;
mod cache;
mod client_ip;
mod docs;
mod envelope;
mod extract;
mod failure;
mod health;
mod jobs;
mod keyset;
mod language;
mod layers;
mod metrics;
mod openapi;
pub(crate) mod oplog;
mod page;
mod router;
mod scope;
mod serve;

pub use client_ip::ClientIp;
pub use envelope::{Done, Envelope, Reply};
pub use extract::{Json, Path, Query};
pub use health::NOT_READY;
pub use keyset::{KeysetQuery, Slice};
pub use layers::URI_LIMIT_BYTES;
pub use openapi::openapi;
pub use page::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Page, PageQuery};
pub use router::router;
pub(crate) use scope::Scope;
pub use scope::request_id;
pub use serve::{IDLE_TIMEOUT, ServeError, bind, serve, shutdown_signal};
pub use utoipa_axum::routes;

/// A set of routes with their OpenAPI description: `Router::new().routes(routes!(list, create))`.
pub type Router = utoipa_axum::router::OpenApiRouter<crate::app::Context>;
