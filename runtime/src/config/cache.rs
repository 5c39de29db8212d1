//! `[cache]`: the cache of hot reads.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};

/// Longest life of a value: a month.
const TTL_MAX_S: u64 = 31 * 24 * 3600;
/// Most that a process may go by what it knew.
const MAX_STALENESS_MAX_MS: u64 = 60_000;
/// Longest prefix.
const PREFIX_MAX_CHARS: usize = 64;

/// `[cache]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// Whether anything is read from the cache; without, each read goes to the database, and
    /// invalidations still reach the processes that have it on. Default true.
    pub enabled: bool,
    /// What all keys in Redis begin with. Processes of one app and database must have the same, any
    /// others a different one. Default empty: `<app>:<environment>`.
    pub prefix: String,
    /// Seconds that a value is fresh. Default 300.
    pub ttl_s: u64,
    /// Seconds for which it is remembered that there is no such thing. Default 30.
    pub negative_ttl_s: u64,
    /// By how many per cent at most a life is shortened by chance, so that values that were loaded
    /// together do not end together: 0 to 50. Default 10.
    pub jitter_percent: u64,
    /// Seconds for which a value that is no longer fresh by its age is still served while it is
    /// loaded anew; never one that was invalidated. Default 0.
    pub stale_s: u64,
    /// Milliseconds for which a process serves what it holds without asking Redis whether it was
    /// invalidated. Default 0: it always asks.
    pub max_staleness_ms: u64,
    /// MiB of values, by the size of their JSON, that a process holds. Default 64.
    pub local_mb: u64,
    /// KiB of JSON above which a value is not kept. Default 1024.
    pub value_limit_kb: u64,
    /// Milliseconds after which a load is given up with `timeout`. Default 10000.
    pub load_timeout_ms: u64,
    /// Milliseconds that Redis may take to connect or to answer before reads do without it. Default
    /// 1000.
    pub redis_timeout_ms: u64,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            prefix: String::new(),
            ttl_s: 300,
            negative_ttl_s: 30,
            jitter_percent: 10,
            stale_s: 0,
            max_staleness_ms: 0,
            local_mb: 64,
            value_limit_kb: 1024,
            load_timeout_ms: 10_000,
            redis_timeout_ms: 1_000,
        }
    }
}

impl CacheConfig {
    /// How long Redis may take.
    #[cfg(feature = "redis")]
    pub(crate) fn redis_timeout(&self) -> Duration {
        Duration::from_millis(self.redis_timeout_ms)
    }

    /// How long a load may take.
    pub(crate) fn load_timeout(&self) -> Duration {
        Duration::from_millis(self.load_timeout_ms)
    }
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let cache = &config.cache;
    let ranges = [
        ("cache.ttl_s", cache.ttl_s, 1, TTL_MAX_S),
        ("cache.negative_ttl_s", cache.negative_ttl_s, 1, TTL_MAX_S),
        ("cache.jitter_percent", cache.jitter_percent, 0, 50),
        ("cache.stale_s", cache.stale_s, 0, TTL_MAX_S),
        (
            "cache.max_staleness_ms",
            cache.max_staleness_ms,
            0,
            MAX_STALENESS_MAX_MS,
        ),
        ("cache.local_mb", cache.local_mb, 1, 1024 * 1024),
        ("cache.value_limit_kb", cache.value_limit_kb, 1, 64 * 1024),
        ("cache.load_timeout_ms", cache.load_timeout_ms, 1, 600_000),
        ("cache.redis_timeout_ms", cache.redis_timeout_ms, 1, 60_000),
    ];
    for (key, value, min, max) in ranges {
        if !(min..=max).contains(&value) {
            let reason = format!("must be {min} to {max}");
            return Err(ConfigError::Invalid { key, reason });
        }
    }
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    if cache.prefix.len() > PREFIX_MAX_CHARS || !cache.prefix.bytes().all(is_word) {
        return Err(ConfigError::Invalid {
            key: "cache.prefix",
            reason: "must be at most 64 letters, digits and `-_.:`".to_owned(),
        });
    }
    Ok(())
}
