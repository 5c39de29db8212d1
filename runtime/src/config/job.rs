//! `[job]`: background work.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};

/// Most jobs of one queue that a process runs at once.
pub(crate) const CONCURRENCY_MAX: u32 = 1024;
/// Longest name of a queue.
pub(crate) const QUEUE_NAME_MAX: usize = 64;
/// A year.
const YEAR_S: u64 = 366 * 24 * 3600;

/// `[job]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobConfig {
    /// How many jobs of a queue one worker runs at once, by the queue's name: `[job.queues]`,
    /// `default = 4`. A queue that is not named has 1.
    pub queues: BTreeMap<String, u32>,
    /// Milliseconds between two looks for jobs that another process added or that are due. Default
    /// 250.
    pub poll_ms: u64,
    /// Milliseconds without a sign of life after which a worker's jobs are given to others. Default
    /// 30000.
    pub lease_ms: u64,
    /// Milliseconds for which the leader, who turns ticks and events into jobs, outlives its last
    /// sign of life. Default 5000.
    pub leader_lease_ms: u64,
    /// Seconds that running jobs may take to end after SIGTERM, before they are given back. Default
    /// 20.
    pub grace_s: u64,
    /// How often a job is tried whose policy does not say so. Default 10.
    pub attempts: u32,
    /// Seconds for which finished jobs with a unique key, and cancelled ones, are kept. Default one
    /// day.
    pub retention_s: u64,
    /// Seconds for which dead letters are kept; 0 keeps them until somebody discards them. Default
    /// 0.
    pub dead_retention_s: u64,
    /// KiB of JSON that a job may carry. Default 1024.
    pub payload_limit_kb: u64,
}

impl Default for JobConfig {
    fn default() -> Self {
        Self {
            queues: BTreeMap::new(),
            poll_ms: 250,
            lease_ms: 30_000,
            leader_lease_ms: 5_000,
            grace_s: 20,
            attempts: 10,
            retention_s: 24 * 3600,
            dead_retention_s: 0,
            payload_limit_kb: 1024,
        }
    }
}

impl JobConfig {
    /// How many jobs of a queue one worker runs at once.
    #[must_use]
    pub fn concurrency(&self, queue: &str) -> u32 {
        self.queues.get(queue).copied().unwrap_or(1)
    }

    /// Time between two looks for jobs.
    pub(crate) fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }

    /// How long a worker is believed to live after its last sign.
    pub(crate) fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms)
    }

    /// How long running jobs may take to end.
    pub(crate) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_s)
    }
}

/// Whether this can be the name of a queue.
pub(crate) fn is_queue_name(name: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=QUEUE_NAME_MAX).contains(&name.len()) && name.bytes().all(is_word)
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let job = &config.job;
    let ranges = [
        ("job.poll_ms", job.poll_ms, 1, 60_000),
        ("job.lease_ms", job.lease_ms, 500, 3_600_000),
        ("job.leader_lease_ms", job.leader_lease_ms, 200, 600_000),
        ("job.grace_s", job.grace_s, 0, 3600),
        ("job.attempts", job.attempts.into(), 1, 1000),
        ("job.retention_s", job.retention_s, 1, YEAR_S),
        ("job.dead_retention_s", job.dead_retention_s, 0, YEAR_S),
        ("job.payload_limit_kb", job.payload_limit_kb, 1, 15 * 1024),
    ];
    for (key, value, min, max) in ranges {
        if !(min..=max).contains(&value) {
            let reason = format!("must be {min} to {max}");
            return Err(ConfigError::Invalid { key, reason });
        }
    }
    for (name, concurrency) in &job.queues {
        let reason = if !is_queue_name(name) {
            format!("`{name}`: a name is 1 to {QUEUE_NAME_MAX} letters, digits and `-_.`")
        } else if !(1..=CONCURRENCY_MAX).contains(concurrency) {
            format!("`{name}` must be 1 to {CONCURRENCY_MAX}")
        } else {
            continue;
        };
        let key = "job.queues";
        return Err(ConfigError::Invalid { key, reason });
    }
    Ok(())
}
