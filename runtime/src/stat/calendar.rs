//! Days, months and years of the tenant's time zone.

use chrono::{Datelike as _, FixedOffset, NaiveDate, Timelike as _};

use crate::asset::rules::day_number;
use crate::types::{DateTime, Utc};

/// The hour that an instant is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hour {
    /// As `20260131`.
    pub(super) day: i32,
    /// 0 to 23.
    pub(super) hour: i32,
}

impl Hour {
    /// Of milliseconds since 1970.
    pub(super) fn of(at_ms: i64, offset: FixedOffset) -> Self {
        let at = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap_or_default();
        let local = at.with_timezone(&offset);
        Self {
            day: day_number(local.date_naive()),
            hour: i32::try_from(local.hour()).unwrap_or(0),
        }
    }

    /// As `202601`.
    pub(super) fn month(self) -> i32 {
        self.day / 100
    }

    pub(super) fn year(self) -> i32 {
        self.day / 10_000
    }
}

/// The date of an instant.
pub(super) fn date_of(at: DateTime<Utc>, offset: FixedOffset) -> NaiveDate {
    at.with_timezone(&offset).date_naive()
}

/// The number of a date, as `20260131`.
pub(super) fn number_of(date: NaiveDate) -> i32 {
    day_number(date)
}

/// The date of a number such as `20260131`.
pub(super) fn date_of_number(day: i32) -> Option<NaiveDate> {
    let part = |value: i32| u32::try_from(value).ok();
    NaiveDate::from_ymd_opt(day / 10_000, part(day / 100 % 100)?, part(day % 100)?)
}

/// The first day of the month of a date.
pub(super) fn month_of(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}
