//! A day of the tenant's time zone: its number, and the ids that rows of it may have.

use chrono::{Duration, FixedOffset, NaiveDate, NaiveTime, TimeZone as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Select};

use crate::asset::entity::journal;
use crate::asset::rules::day_number;
use crate::error::{AppError, AppResult};
use crate::id::first_at;
use crate::types::Id;

/// How far the id of a row may be from its time: clocks of several machines differ, and times in a
/// journal never go back.
const MARGIN_HOURS: i64 = 1;

/// One day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) number: i32,
    from: Id,
    until: Id,
}

impl Day {
    /// Of a number such as `20260131`, not after today.
    pub(super) fn new(number: i32, today: i32, offset: FixedOffset) -> AppResult<Self> {
        let wrong = || {
            AppError::param((
                "day: must be a day such as 20260131, not after today",
                "day：须形如 20260131，且不晚于今天",
            ))
        };
        let part = |value: i32| u32::try_from(value).unwrap_or(0);
        let (month, day) = (part(number / 100 % 100), part(number % 100));
        let date = NaiveDate::from_ymd_opt(number / 10_000, month, day).ok_or_else(wrong)?;
        if day_number(date) != number || number > today {
            return Err(wrong());
        }
        let begin = offset.from_local_datetime(&date.and_time(NaiveTime::MIN));
        let begin = begin.single().ok_or_else(wrong)?;
        let margin = Duration::hours(MARGIN_HOURS);
        let from = begin - margin;
        let until = begin + Duration::days(1) + margin;
        Ok(Self {
            number,
            from: first_at(from.timestamp_millis()),
            until: first_at(until.timestamp_millis()),
        })
    }

    /// The journal's rows of it. Ids tell the database which rows are worth a look.
    pub(super) fn rows(&self) -> Select<journal::Entity> {
        use journal::Column;
        journal::Entity::find()
            .filter(Column::CreateDay.eq(self.number))
            .filter(Column::Id.gte(self.from))
            .filter(Column::Id.lt(self.until))
    }
}
