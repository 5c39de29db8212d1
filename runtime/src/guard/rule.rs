//! What limits decide; pure. The scripts in `store/redis.rs` say the same in Lua.

use std::time::Duration;

use crate::config::{COUNT_MAX, WINDOW_MAX_S};
use crate::error::{AppError, AppResult, ErrorCode};

/// How far a clock may go back without anybody having set it: what another process saw later can
/// be written first.
const JITTER_US: i64 = 1_000_000;

/// What is known of one subject of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Flow: what is in the bucket, in requests times microseconds of the period. Window: calls.
    pub(crate) level: i64,
    /// Flow: when the level was that. In microseconds, as all times here.
    pub(crate) at_us: i64,
    /// From when on this is as good as nothing.
    pub(crate) until_us: i64,
}

/// A rate: so many in a period, and so many at once after a pause.
///
/// GCRA (ITU-T I.371, annex A), in its form as a leaky bucket: a request pours the length of the
/// period into the bucket, `count` units flow out each microsecond, and `burst` periods fit. In these
/// units every figure is an integer, so nothing is rounded: over any time `t`, not more than
/// `burst + count * t / period` requests pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub(crate) count: i64,
    pub(crate) per_us: i64,
    pub(crate) burst: i64,
}

impl Rate {
    /// `count` requests per `period`, all of which may come at once.
    ///
    /// # Errors
    /// `internal` when `count` is not 1 to 1,000,000 or `period` not a millisecond to an hour.
    pub fn new(count: u32, period: Duration) -> AppResult<Self> {
        let fits = (1..=COUNT_MAX).contains(&count)
            && (Duration::from_millis(1)..=Duration::from_secs(WINDOW_MAX_S)).contains(&period);
        if !fits {
            return Err(AppError::internal(format!(
                "a rate of {count} per {period:?}: must be 1 to {COUNT_MAX} per 1 ms to 1 h"
            )));
        }
        Ok(Self {
            count: i64::from(count),
            per_us: micros(period),
            burst: i64::from(count),
        })
    }

    /// The same with another number of requests that may come at once, 1 to 1,000,000.
    #[must_use]
    pub fn burst(mut self, burst: u32) -> Self {
        self.burst = i64::from(burst.clamp(1, COUNT_MAX));
        self
    }
}

/// A limit of one kind or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A steady flow.
    Flow(Rate),
    /// So many calls in a window that begins with the first of them. A refused call neither counts
    /// nor prolongs the window.
    Window { limit: i64, window_us: i64 },
}

/// Whether something may go on; refusals say when it is worth asking again.
#[must_use = "a refusal changes nothing by itself: call `require`, or look at it"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Go on.
    Admitted,
    /// Too much, or too soon.
    Refused {
        /// When the next one will be admitted, if nobody else comes.
        retry_after: Duration,
    },
}

impl Admission {
    /// Whether it may go on.
    #[must_use]
    pub fn is_admitted(self) -> bool {
        self == Self::Admitted
    }

    /// A refusal as an error.
    ///
    /// # Errors
    /// `current_limit` with the time to wait.
    pub fn require(self) -> AppResult<()> {
        self.require_as(ErrorCode::CURRENT_LIMIT)
    }

    /// As [`Admission::require`], with a code of your choice.
    ///
    /// # Errors
    /// That code, with the time to wait.
    pub fn require_as(self, code: ErrorCode) -> AppResult<()> {
        match self {
            Self::Admitted => Ok(()),
            Self::Refused { retry_after } => Err(AppError::new(code).with_retry_after(retry_after)),
        }
    }

    pub(crate) fn refused_us(retry_us: i64) -> Self {
        let retry_after = Duration::from_micros(u64::try_from(retry_us).unwrap_or(0));
        Self::Refused { retry_after }
    }
}

impl Rule {
    /// What becomes of a cell with a request at this time.
    pub(crate) fn step(&self, cell: Option<Cell>, now_us: i64) -> (Cell, Admission) {
        let cell = cell.filter(|cell| cell.until_us > now_us);
        match *self {
            Self::Flow(rate) => rate.step(cell, now_us),
            Self::Window { limit, window_us } => {
                let fresh = Cell {
                    level: 0,
                    at_us: now_us,
                    until_us: now_us + window_us,
                };
                let mut cell = cell.unwrap_or(fresh);
                // Only a clock that was set back makes a window longer than it is.
                cell.until_us = cell.until_us.min(fresh.until_us);
                if cell.level >= limit {
                    return (cell, Admission::refused_us(cell.until_us - now_us));
                }
                cell.level += 1;
                (cell, Admission::Admitted)
            }
        }
    }
}

impl Rate {
    fn step(self, cell: Option<Cell>, now_us: i64) -> (Cell, Admission) {
        let cell = cell.unwrap_or(Cell {
            level: 0,
            at_us: now_us,
            until_us: now_us,
        });
        let is_set_back = cell.at_us - now_us > JITTER_US;
        let at_us = if is_set_back {
            now_us
        } else {
            cell.at_us.max(now_us)
        };
        let elapsed = (at_us - cell.at_us).max(0);
        let level = cell
            .level
            .saturating_sub(elapsed.saturating_mul(self.count));
        let level = level.max(0);
        let room = self.burst * self.per_us;
        let filled = level + self.per_us;
        let (level, admission) = if filled <= room {
            (filled, Admission::Admitted)
        } else {
            let wait = div_ceil(filled - room, self.count) + (at_us - now_us);
            (level, Admission::refused_us(wait))
        };
        let cell = Cell {
            level,
            at_us,
            until_us: at_us + div_ceil(level, self.count),
        };
        (cell, admission)
    }
}

fn div_ceil(value: i64, by: i64) -> i64 {
    (value + by - 1) / by
}

/// Microseconds, at most as many as an `i64` holds.
pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
