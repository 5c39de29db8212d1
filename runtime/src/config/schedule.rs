//! `[schedule."<name>"]`: when a scheduled job runs, other than its code says.

use serde::{Deserialize, Serialize};

/// `[schedule."<name>"]`; a key that is absent is as the code of the schedule says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    /// When: seconds, minutes, hours, day of the month, month, day of the week, e.g.
    /// `0 30 2 * * *`. Without the first field: at second 0.
    pub cron: Option<String>,
    /// Once, at an instant such as `2026-02-01T10:00:00+08:00`, instead of `cron`.
    pub once_at: Option<String>,
    /// The time zone of `cron` and `hours`: `UTC`, an offset such as `+09:30`, or a name such as
    /// `Europe/Berlin`. Default `tenant.time_zone`.
    pub time_zone: Option<String>,
    /// Hours of the day in which it runs, both included, e.g. `8-22`; `22-6` is over midnight.
    pub hours: Option<String>,
    /// Whether it runs at all.
    pub enabled: Option<bool>,
    /// What becomes of ticks that came while no worker was up: `once` (the last of them runs), `all`
    /// or `skip`.
    pub missed: Option<Missed>,
    /// How often a tick is tried before it is a dead letter.
    pub attempts: Option<u32>,
}

/// What becomes of the ticks of a schedule that came while no worker was up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Missed {
    /// The last of them runs, however many there were.
    #[default]
    Once,
    /// Each runs, one after the other.
    All,
    /// None runs.
    Skip,
}
