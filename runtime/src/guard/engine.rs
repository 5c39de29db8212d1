//! Which store serves which guard.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::DatabaseConnection;

use super::lock::{Locks, Turns};
use super::store::{MemoryStore, SqlStore, Store};
use crate::config::{Config, GuardBackend};
use crate::error::AppResult;
use crate::guard::rule::Admission;

/// One failure in so many is logged once limits fail open: their number is in the metrics.
const LOG_ONE_IN: u64 = 1_000;

/// The guards of a process.
pub(crate) struct Engine {
    /// For what must hold over all processes.
    shared: Arc<dyn Store>,
    /// For rate limits.
    limits: Arc<dyn Store>,
    locks: Locks,
    is_open: bool,
    opened: AtomicU64,
}

/// The connections that stores can use.
pub(crate) struct Connections<'a> {
    pub(crate) app: &'a str,
    pub(crate) db: &'a DatabaseConnection,
    #[cfg(feature = "redis")]
    pub(crate) redis: Option<&'a crate::redis::Redis>,
}

impl Engine {
    pub(crate) fn new(config: &Config, connections: &Connections<'_>) -> Self {
        let numbers = SqlStore::new(connections.db.clone());
        let sql = || Arc::new(numbers.clone()) as Arc<dyn Store>;
        let memory = || Arc::new(MemoryStore::default()) as Arc<dyn Store>;
        let redis = redis_store(connections);
        let (shared, limits) = match (config.guard.backend, redis) {
            (GuardBackend::Memory, _) => {
                tracing::warn!(
                    "guard.backend = \"memory\": locks, bans and limits hold within this process only"
                );
                let memory = memory();
                (Arc::clone(&memory), memory)
            }
            (GuardBackend::Redis | GuardBackend::Auto, Some(redis)) => (Arc::clone(&redis), redis),
            // The configuration was checked: `redis` has one.
            (GuardBackend::Sql, _) | (GuardBackend::Redis, None) => (sql(), sql()),
            (GuardBackend::Auto, None) => {
                if config.environment.is_production() && !config.guard.limits.is_empty() {
                    tracing::warn!(
                        "without Redis each process has rate limits of its own: configure \
                         `redis.url`, or guard.backend = \"sql\""
                    );
                }
                (sql(), memory())
            }
        };
        Self {
            locks: Locks {
                store: Arc::clone(&shared),
                numbers,
                turns: Turns::default(),
            },
            shared,
            limits,
            is_open: config.guard.limits_fail_open,
            opened: AtomicU64::new(0),
        }
    }

    /// Where is kept what must hold over all processes.
    pub(super) fn shared_store(&self) -> &dyn Store {
        &*self.shared
    }

    pub(super) fn limit_store(&self) -> &dyn Store {
        &*self.limits
    }

    pub(super) fn locks(&self) -> &Locks {
        &self.locks
    }

    /// What a limit says when its store can't be asked: as it is configured.
    pub(super) fn or_open(&self, decided: AppResult<Admission>) -> AppResult<Admission> {
        let Err(error) = decided else { return decided };
        if !self.is_open {
            return Err(error);
        }
        let before = self.opened.fetch_add(1, Ordering::Relaxed);
        if before.is_multiple_of(LOG_ONE_IN) {
            let error = error.detail();
            tracing::warn!(
                error,
                before,
                "a limit can't be asked and lets everything pass"
            );
        }
        Ok(Admission::Admitted)
    }

    /// How many requests passed because a limit could not be asked.
    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }
}

#[cfg(feature = "redis")]
fn redis_store(connections: &Connections<'_>) -> Option<Arc<dyn Store>> {
    let redis = connections.redis?.clone();
    Some(Arc::new(super::store::RedisStore::new(
        redis,
        connections.app,
    )))
}

#[cfg(not(feature = "redis"))]
fn redis_store(connections: &Connections<'_>) -> Option<Arc<dyn Store>> {
    tracing::trace!(app = connections.app, "no Redis in this build");
    None
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}
