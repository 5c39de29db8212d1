//! The framework's own tables, stream `cloudapp`.
//!
//! All ids are 64-bit integers made by the app, all instants UTC.

mod cache_pending;
mod counter;
mod guard;
mod idempotency;
mod identity;
mod job;
mod node_lease;
mod operator;
mod role;
mod session;

use crate::engine::Stream;

/// The framework's migrations: always the first stream.
#[must_use]
pub fn framework() -> Stream {
    Stream::new(
        "cloudapp",
        vec![
            node_lease::create(),
            identity::create(),
            session::create(),
            operator::create(),
            idempotency::create(),
            guard::create(),
            counter::create(),
            cache_pending::create(),
            job::create(),
            role::create(),
        ],
    )
}
