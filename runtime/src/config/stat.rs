//! `[stat]`: statistics.

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};

/// Most events in a batch.
const BATCH_MAX: usize = 20_000;
/// Fewest days for which events are known once they were counted.
const LOG_DAYS_MIN: u32 = 9;

/// `[stat]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatConfig {
    /// How events of `report` travel: `safe`, through the database, or `fast`, through Redis, which
    /// keeps as much as its own persistence does. Events of `report_in` go through the database
    /// always. Default `safe`.
    pub path: StatPath,
    /// Most events that are counted in one transaction. Default 2000.
    pub batch_max: usize,
    /// How many lanes a process counts at a time; on SQLite always 1. Default 2.
    pub lanes: usize,
    /// Milliseconds between two looks for events while there are none. Default 500.
    pub poll_ms: u64,
    /// Most reports that wait in each of the eight streams; what is more goes through the
    /// database. Default 100000.
    pub stream_max: u64,
    /// Days for which rows of `stat_log_tb` are kept, of metrics that do not count a player once
    /// for ever. Default 15.
    pub log_days: u32,
    /// Days for which it is known that an event was counted that may come again. Default 3.
    pub applied_days: u32,
    /// Days for which figures of players are kept; 0 for ever. Default 365.
    pub user_days: u32,
    /// Whether the hours of a year are removed once the year is in the archive. Default false.
    pub remove_archived: bool,
    /// Reports that a player may send in a minute. Default 120.
    pub client_per_minute: u32,
}

/// How events travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StatPath {
    /// Through the database.
    #[default]
    Safe,
    /// Through Redis.
    Fast,
}

impl Default for StatConfig {
    fn default() -> Self {
        Self {
            path: StatPath::Safe,
            batch_max: 2_000,
            lanes: 2,
            poll_ms: 500,
            stream_max: 100_000,
            log_days: 15,
            applied_days: 3,
            user_days: 365,
            remove_archived: false,
            client_per_minute: 120,
        }
    }
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let stat = &config.stat;
    let invalid = |key, reason: &str| {
        Err(ConfigError::Invalid {
            key,
            reason: reason.to_owned(),
        })
    };
    if stat.path == StatPath::Fast && config.redis.url.is_empty() {
        return invalid(
            "stat.path",
            "is `fast`, but `redis.url` is empty: set it, or use `safe`",
        );
    }
    if !(1..=BATCH_MAX).contains(&stat.batch_max) {
        return invalid("stat.batch_max", "must be 1 to 20000");
    }
    if !(1..=8).contains(&stat.lanes) {
        return invalid("stat.lanes", "must be 1 to 8");
    }
    if !(10..=60_000).contains(&stat.poll_ms) {
        return invalid("stat.poll_ms", "must be 10 to 60000");
    }
    if stat.log_days < LOG_DAYS_MIN {
        return invalid(
            "stat.log_days",
            "must be at least 9: events may be a week old",
        );
    }
    if stat.applied_days == 0 {
        return invalid("stat.applied_days", "must be at least 1");
    }
    if stat.client_per_minute == 0 {
        return invalid("stat.client_per_minute", "must be at least 1");
    }
    Ok(())
}
