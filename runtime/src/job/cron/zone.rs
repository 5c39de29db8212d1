//! The time zone of a schedule.

use std::fmt;

use chrono::{DateTime, FixedOffset, TimeZone, Timelike as _, Utc};
use croner::Cron;

use crate::config::TenantConfig;

/// A fixed distance from UTC, or, with the feature `time-zones`, one with summer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    Fixed(FixedOffset),
    #[cfg(feature = "time-zones")]
    Named(chrono_tz::Tz),
}

impl Zone {
    /// Reads a name; the reason when there is no such zone.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let tenant = TenantConfig {
            time_zone: name.to_owned(),
            ..TenantConfig::default()
        };
        if let Ok(offset) = tenant.offset() {
            return Ok(Self::Fixed(offset));
        }
        #[cfg(feature = "time-zones")]
        return name.parse().map(Self::Named).map_err(|_| {
            format!("`time_zone` is `{name}`; it must be like `Asia/Shanghai`, `UTC` or `+09:30`")
        });
        #[cfg(not(feature = "time-zones"))]
        Err(format!(
            "`time_zone` is `{name}`; without the feature `time-zones` it must be \
             `Asia/Shanghai`, `UTC` or an offset such as `+09:30`"
        ))
    }

    /// The hour that clocks there show.
    pub(super) fn hour(self, at: DateTime<Utc>) -> u32 {
        self.clock(at).hour()
    }

    /// Seconds since the full hour that clocks there show.
    pub(super) fn seconds_of_hour(self, at: DateTime<Utc>) -> i64 {
        let clock = self.clock(at);
        i64::from(clock.minute() * 60 + clock.second())
    }

    fn clock(self, at: DateTime<Utc>) -> chrono::NaiveTime {
        match self {
            Self::Fixed(offset) => at.with_timezone(&offset).time(),
            #[cfg(feature = "time-zones")]
            Self::Named(zone) => at.with_timezone(&zone).time(),
        }
    }

    /// The first time of `cron` after `at`; `None` when there is none.
    pub(super) fn next(self, cron: &Cron, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Fixed(offset) => next(cron, &at.with_timezone(&offset)),
            #[cfg(feature = "time-zones")]
            Self::Named(zone) => next(cron, &at.with_timezone(&zone)),
        }
    }

    /// The last time of `cron` until `at`, which may be the time itself.
    pub(super) fn last(self, cron: &Cron, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Fixed(offset) => last(cron, &at.with_timezone(&offset)),
            #[cfg(feature = "time-zones")]
            Self::Named(zone) => last(cron, &at.with_timezone(&zone)),
        }
    }
}

fn next<Z: TimeZone>(cron: &Cron, at: &DateTime<Z>) -> Option<DateTime<Utc>> {
    let found = cron.find_next_occurrence(at, false).ok()?;
    Some(found.with_timezone(&Utc))
}

fn last<Z: TimeZone>(cron: &Cron, at: &DateTime<Z>) -> Option<DateTime<Utc>> {
    let found = cron.find_previous_occurrence(at, true).ok()?;
    Some(found.with_timezone(&Utc))
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(offset) => write!(f, "{offset}"),
            #[cfg(feature = "time-zones")]
            Self::Named(zone) => write!(f, "{zone}"),
        }
    }
}
