//! How long a value lives.

use std::time::Duration;

use crate::config::CacheConfig;
use crate::error::AppResult;
use crate::random;

/// How long a value lives; the defaults are those of `[cache]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) ttl: Duration,
    pub(super) negative_ttl: Duration,
    pub(super) jitter_percent: u64,
    pub(super) stale: Duration,
    pub(super) max_staleness: Duration,
}

impl Policy {
    pub(super) fn new(config: &CacheConfig) -> Self {
        Self {
            ttl: Duration::from_secs(config.ttl_s),
            negative_ttl: Duration::from_secs(config.negative_ttl_s),
            jitter_percent: config.jitter_percent,
            stale: Duration::from_secs(config.stale_s),
            max_staleness: Duration::from_millis(config.max_staleness_ms),
        }
    }

    /// When a value that is loaded now ends to be fresh, and when to be served at all.
    pub(super) fn life(&self, now_ms: i64, is_absent: bool) -> AppResult<Life> {
        let (ttl, stale) = if is_absent {
            (self.negative_ttl, Duration::ZERO)
        } else {
            (self.ttl, self.stale)
        };
        let ttl_ms = as_ms(ttl);
        let most = ttl_ms.saturating_mul(self.jitter_percent.min(100)) / 100;
        let ttl_ms = ttl_ms - random::below(most.saturating_add(1))?;
        let fresh_until = now_ms.saturating_add_unsigned(ttl_ms.max(1));
        Ok(Life {
            fresh_until,
            dead_at: fresh_until.saturating_add_unsigned(as_ms(stale)),
        })
    }
}

/// Milliseconds of a duration.
fn as_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Until when a value is good, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) fresh_until: i64,
    pub(super) dead_at: i64,
}

impl Life {
    pub(super) fn is_fresh(self, now_ms: i64) -> bool {
        now_ms < self.fresh_until
    }

    pub(super) fn is_alive(self, now_ms: i64) -> bool {
        now_ms < self.dead_at
    }
}
