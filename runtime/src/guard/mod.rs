//! What keeps a change from being made twice, or at the same time, or too often.
//!
//! A client that got no answer can't know whether its request was done, and asks again. With a key
//! that it chose, the second request is known for what it is: [`once`] makes a change at most once
//! for a key, and on HTTP every POST that carries the header `Idempotency-Key` is answered once and
//! replayed from then on.
//!
//! [`Guard`] has the rest: locks, rate limits, repeats, visitors, bans. What it knows is in Redis, in
//! the database or in this process (`guard.backend`), behind one interface.
//!
//! | file | holds |
//! |---|---|
//! | `idempotency`, `key`, `lease`, `record`, `entity` | what is done once for a key |
//! | `service`, `engine` | what services call; which store serves whom |
//! | `rule` | rate and window; pure |
//! | `store` | the same questions to a process, a database, Redis |
//! | `lock`, `ban` | what needs more than one question |
//!
//! ## Invariants
//! - A key belongs to a scope, so that nobody meets the keys of somebody else, and to one content:
//!   used again for another, it is refused with `idempotency_conflict`.
//! - [`once`] writes its record in the transaction of the work: both are there, or neither.
//! - A lock has an end, so a process that dies holds nobody up for long.
//! - Each decision is one atomic step by the clock of the store, never by that of the process.
//! - Fencing numbers are counted in the database whatever grants the lock, so they grow even when
//!   Redis lost its memory. A lock counts as taken only if it is still held after its number was.
//! - Locks, repeats and bans refuse when their store can't be asked; limits as configured.

mod ban;
mod engine;
mod entity;
mod idempotency;
mod key;
pub(crate) mod lease;
mod lock;
pub(crate) mod record;
mod rule;
mod service;
mod store;

pub use ban::Asker;
pub(crate) use ban::{Ban, network};
pub(crate) use engine::{Connections, Engine};
pub use idempotency::{Once, forget, once};
pub use key::{IDEMPOTENCY_KEY_MAX_CHARS, IdempotencyKey};
pub use lock::{LOCK_NAME_MAX, Lock, LockOptions};
pub use rule::{Admission, Rate};
use service::is_key;
pub use service::{GUARD_KEY_MAX, Guard};
