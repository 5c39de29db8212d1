//! What keeps a change from being made twice.
//!
//! A client that got no answer can't know whether its request was done, and asks again. With a key
//! that it chose, the second request is known for what it is: [`once`] makes a change at most once
//! for a key, and on HTTP every POST that carries the header `Idempotency-Key` is answered once and
//! replayed from then on.
//!
//! ## Invariants
//! - A key belongs to a scope, so that nobody meets the keys of somebody else, and to one content:
//!   used again for another, it is refused with `idempotency_conflict`.
//! - [`once`] writes its record in the transaction of the work: both are there, or neither.
//! - A lock has an end, so a process that dies holds nobody up for long.

mod entity;
mod idempotency;
mod key;
pub(crate) mod lease;
pub(crate) mod record;

pub use idempotency::{Once, forget, once};
pub use key::{IDEMPOTENCY_KEY_MAX_CHARS, IdempotencyKey};
