//! Periods: when the counters of a task begin anew. All days are those of the tenant's time zone.

use chrono::{DateTime, Datelike as _, Days, FixedOffset, NaiveDate, Utc};

use crate::asset::day_number;

/// For how long the counters of a task go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A day.
    Day,
    /// Monday to Sunday, as ISO 8601 numbers weeks.
    Week,
    /// For ever.
    Permanent,
    /// A month of the calendar.
    Month,
    /// From the start of the task on: a task that is started anew begins anew.
    Activity,
}

impl Period {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Day,
        Self::Week,
        Self::Permanent,
        Self::Month,
        Self::Activity,
    ];

    /// The number in the column `complete_type`; the first four are the original framework's.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Day => 1,
            Self::Week => 2,
            Self::Permanent => 3,
            Self::Month => 4,
            Self::Activity => 5,
        }
    }

    /// The period of a number.
    #[must_use]
    pub fn of_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.number() == number)
    }

    /// Its name in tables for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "ISO week",
            Self::Permanent => "permanent",
            Self::Month => "month",
            Self::Activity => "activity",
        }
    }

    /// Names the period that a moment is in. No two periods of a task have the same name, whatever
    /// kind of period the task had before.
    #[must_use]
    pub fn key(self, moment: &Moment) -> String {
        let today = moment.today;
        match self {
            Self::Day => format!("d{}", day_number(today)),
            Self::Week => {
                let week = today.iso_week();
                format!("w{}{:02}", week.year(), week.week())
            }
            Self::Permanent => "p".to_owned(),
            Self::Month => format!("m{}{:02}", today.year(), today.month()),
            Self::Activity => match moment.begins {
                Some(day) => format!("a{}", day_number(day)),
                None => "a".to_owned(),
            },
        }
    }

    /// The first day of the period that a moment is in; `None` for all days there ever were.
    #[must_use]
    pub fn first_day(self, moment: &Moment) -> Option<NaiveDate> {
        let today = moment.today;
        match self {
            Self::Day => Some(today),
            Self::Week => {
                let past = u64::from(today.weekday().num_days_from_monday());
                today.checked_sub_days(Days::new(past))
            }
            Self::Permanent => None,
            Self::Month => today.with_day(1),
            Self::Activity => moment.begins,
        }
    }
}

/// A point in time as a task sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: DateTime<Utc>,
    /// The day of that in the tenant's time zone.
    pub today: NaiveDate,
    /// The day on which the task started, if it has a start.
    pub begins: Option<NaiveDate>,
    offset: FixedOffset,
}

impl Moment {
    /// A moment of a task that started at `starts_at`.
    #[must_use]
    pub fn new(at: DateTime<Utc>, offset: FixedOffset, starts_at: Option<DateTime<Utc>>) -> Self {
        let day = |at: DateTime<Utc>| at.with_timezone(&offset).date_naive();
        Self {
            at,
            today: day(at),
            begins: starts_at.map(day),
            offset,
        }
    }

    /// This one, or a later one: what was written down never goes back.
    #[must_use]
    pub fn not_before(self, at: Option<DateTime<Utc>>) -> Self {
        match at {
            Some(at) if at > self.at => Self {
                at,
                today: at.with_timezone(&self.offset).date_naive(),
                ..self
            },
            _ => self,
        }
    }

    /// The day as a number, `20260131`.
    #[must_use]
    pub fn day(&self) -> i32 {
        day_number(self.today)
    }

    /// The day before as a number.
    pub(crate) fn yesterday(&self) -> i32 {
        self.today.pred_opt().map_or(0, day_number)
    }
}
