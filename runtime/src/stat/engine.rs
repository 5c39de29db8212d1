//! What statistics of an application consist of.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::FixedOffset;

use super::metric::Metric;
use crate::config::{Config, ConfigError, StatConfig};

/// For how long a Redis that did not answer is not asked.
#[cfg(feature = "redis")]
const REDIS_PAUSE_MS: i64 = 1_000;

/// Metrics of code, and what this process knows.
pub(crate) struct Engine {
    metrics: Vec<Metric>,
    config: StatConfig,
    offset: FixedOffset,
    /// Until when Redis is not asked, in milliseconds since 1970.
    redis_after_ms: AtomicI64,
}

impl Engine {
    pub(crate) fn new(config: &Config, metrics: Vec<Metric>) -> Result<Self, ConfigError> {
        Ok(Self {
            metrics,
            config: config.stat.clone(),
            offset: config.tenant.offset()?,
            redis_after_ms: AtomicI64::new(0),
        })
    }

    pub(super) fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    pub(super) fn config(&self) -> &StatConfig {
        &self.config
    }

    /// Distance of the tenant's time from UTC.
    pub(super) fn offset(&self) -> FixedOffset {
        self.offset
    }

    /// Whether Redis is worth asking.
    #[cfg(feature = "redis")]
    pub(super) fn asks_redis(&self, now_ms: i64) -> bool {
        let after = self.redis_after_ms.load(Ordering::Relaxed);
        // After the clock went back, the remembered time may lie far ahead.
        now_ms >= after || after > now_ms + REDIS_PAUSE_MS
    }

    #[cfg(feature = "redis")]
    pub(super) fn pause_redis(&self, now_ms: i64) {
        let after = now_ms + REDIS_PAUSE_MS;
        self.redis_after_ms.store(after, Ordering::Relaxed);
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = self.redis_after_ms.load(Ordering::Relaxed);
        f.debug_struct("Engine")
            .field("metrics", &self.metrics.len())
            .field("redis_after_ms", &after)
            .finish_non_exhaustive()
    }
}
