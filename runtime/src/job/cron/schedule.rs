//! When a scheduled job runs, as its code says it.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::config::Missed;

/// When a scheduled job runs; each part can be set in `[schedule."<name>"]` too.
///
/// ```
/// use cloudapp_runtime::job::{Missed, Schedule};
///
/// let _ = Schedule::cron("0 30 2 * * *").hours("0-6").missed(Missed::All).attempts(5);
/// let _ = Schedule::once_at("2026-02-01T10:00:00+08:00");
/// ```
///
/// Times are those of the tenant's clocks, or of [`Schedule::time_zone`]. When clocks are put
/// forward, a fixed time of day that is left out runs at the moment of the change; any other
/// expression goes on with the next time that there is. When they are put back, a fixed time of day
/// runs the first time that it comes, and any other expression runs both times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub(super) when: Timing,
    pub(super) time_zone: Option<Cow<'static, str>>,
    pub(super) hours: Option<Cow<'static, str>>,
    pub(super) enabled: bool,
    pub(super) missed: Missed,
    pub(super) attempts: u32,
    pub(super) time_limit: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Timing {
    Cron(Cow<'static, str>),
    Once(Cow<'static, str>),
}

impl Schedule {
    fn new(when: Timing) -> Self {
        Self {
            when,
            time_zone: None,
            hours: None,
            enabled: true,
            missed: Missed::Once,
            attempts: 3,
            time_limit: Duration::from_secs(3_600),
        }
    }

    /// By an expression: seconds, minutes, hours, day of the month, month, day of the week. Without
    /// the first field: at second 0. What is wrong with it is said at the start of the app.
    #[must_use]
    pub fn cron(expression: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Timing::Cron(expression.into()))
    }

    /// Once, at an instant such as `2026-02-01T10:00:00+08:00`. One that is over when the app first
    /// sees it is a missed tick.
    #[must_use]
    pub fn once_at(instant: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Timing::Once(instant.into()))
    }

    /// In this time zone. Default: the tenant's.
    #[must_use]
    pub fn time_zone(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.time_zone = Some(name.into());
        self
    }

    /// Only in these hours of the day, both included, e.g. `8-22`; `22-6` is over midnight.
    #[must_use]
    pub fn hours(mut self, hours: impl Into<Cow<'static, str>>) -> Self {
        self.hours = Some(hours.into());
        self
    }

    /// What becomes of ticks that came while no worker was up. Default: the last of them runs.
    #[must_use]
    pub fn missed(mut self, missed: Missed) -> Self {
        self.missed = missed;
        self
    }

    /// How often a tick is tried before it is a dead letter. Default 3.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// How long one run may take. Default an hour.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Runs only when `[schedule."<name>"]` says `enabled = true`.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }
}

/// The time at which a schedule was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// When it was due; when it was asked for, if somebody did.
    pub at: DateTime<Utc>,
    /// How many ticks before it were left out because no worker was up; counted up to 1000.
    pub missed: u32,
    /// Whether somebody asked for it.
    pub by_hand: bool,
}
