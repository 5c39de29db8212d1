//! Where guards keep what they know: this process, the database, or Redis.
//!
//! Each store answers the same questions ([`Store`]), each answer in one atomic step, by one clock:
//! that of the database or of Redis, never that of the process that asks.

mod memory;
#[cfg(feature = "redis")]
mod redis;
pub(super) mod sql;

use std::time::Duration;

use async_trait::async_trait;

use super::rule::{Admission, Rule};
use crate::error::AppResult;

pub(super) use memory::MemoryStore;
#[cfg(feature = "redis")]
pub(super) use redis::RedisStore;
pub(super) use sql::SqlStore;

/// A lock was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Granted {
    /// Its number, where the store numbers its locks itself.
    pub(super) fencing: Option<i64>,
}

/// What guards ask.
#[async_trait]
pub(super) trait Store: Send + Sync {
    /// Whether one more request of this key may go on.
    async fn decide(&self, key: &str, rule: &Rule) -> AppResult<Admission>;

    /// Forgets what is known of a key.
    async fn forget(&self, key: &str) -> AppResult<()>;

    /// Whether a visitor is among the first `limit` of this minute. Who is stays for the next
    /// minute too.
    async fn admit(&self, scope: &str, visitor: &str, limit: u32) -> AppResult<Admission>;

    /// Takes a lock for so long, if nobody holds it or the owner is the same.
    async fn acquire(&self, name: &str, owner: &str, lease: Duration)
    -> AppResult<Option<Granted>>;

    /// Prolongs a lock; `false` when it is no longer the owner's.
    async fn renew(&self, name: &str, owner: &str, lease: Duration) -> AppResult<bool>;

    /// Gives a lock back; `false` when it was no longer the owner's.
    async fn release(&self, name: &str, owner: &str) -> AppResult<bool>;
}
