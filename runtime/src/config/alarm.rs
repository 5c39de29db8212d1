//! `[alarm]`: who is told when background work is in trouble.

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError, Secret};

/// `[alarm]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlarmConfig {
    /// Webhook of a WeCom robot, its key included; needs the feature `webhook`. Empty = alarms are
    /// only logged. Default empty.
    pub webhook_url: Secret,
    /// Seconds in which the same trouble is told once. Default 600.
    pub throttle_s: u64,
    /// Seconds between two looks at workers, queues and schedules. Default 15.
    pub check_s: u64,
    /// A job that waits for so many seconds after its time makes its queue late. Default 300.
    pub queue_late_s: u64,
    /// A worker that has given no sign of life for so many seconds is late. Default 20. From
    /// `job.lease_ms` on it counts as dead, which is an alarm too.
    pub worker_late_s: u64,
    /// A tick that is not taken up so many seconds after its time makes its schedule late. Default
    /// 120.
    pub schedule_late_s: u64,
}

impl Default for AlarmConfig {
    fn default() -> Self {
        Self {
            webhook_url: Secret::default(),
            throttle_s: 600,
            check_s: 15,
            queue_late_s: 300,
            worker_late_s: 20,
            schedule_late_s: 120,
        }
    }
}

/// Checks what the types cannot.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let alarm = &config.alarm;
    let seconds = [
        ("alarm.throttle_s", alarm.throttle_s),
        ("alarm.check_s", alarm.check_s),
        ("alarm.queue_late_s", alarm.queue_late_s),
        ("alarm.worker_late_s", alarm.worker_late_s),
        ("alarm.schedule_late_s", alarm.schedule_late_s),
    ];
    for (key, value) in seconds {
        if !(1..=86_400).contains(&value) {
            let reason = "must be 1 to 86400".to_owned();
            return Err(ConfigError::Invalid { key, reason });
        }
    }
    let url = alarm.webhook_url.expose();
    if url.is_empty() {
        return Ok(());
    }
    let key = "alarm.webhook_url";
    if cfg!(not(feature = "webhook")) {
        let reason = "is set, but webhooks are not compiled in: in Cargo.toml, add `\"webhook\"` to \
                      the `features` of the line `cloudapp-runtime = …`, then build again";
        let reason = reason.to_owned();
        return Err(ConfigError::Invalid { key, reason });
    }
    if !url.starts_with("https://") && !url.starts_with("http://") {
        let reason = "must begin with https://".to_owned();
        return Err(ConfigError::Invalid { key, reason });
    }
    Ok(())
}
