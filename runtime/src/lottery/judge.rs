//! Whether a player may draw now.

use super::code::{LOTTERY_CLOSED, LOTTERY_LIMIT};
use super::entity::{count, rule};
use crate::error::{AppError, AppResult};
use crate::types::{DateTime, Utc};

impl rule::Model {
    /// Whether players can draw at this moment.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let has_begun = self.starts_at.is_none_or(|from| at >= from);
        self.is_release && has_begun && self.ends_at.is_none_or(|end| at < end)
    }

    /// Draws that a player has left; `None`: as many as he likes.
    pub(super) fn left(&self, count: Option<&count::Model>, today: i32) -> Option<i64> {
        let total = count.map_or(0, |row| row.draw_count);
        let of_today = count.filter(|row| row.draw_day == today);
        let of_today = of_today.map_or(0, |row| row.day_count);
        let left = |limit: i32, drawn: i64| (limit > 0).then(|| (i64::from(limit) - drawn).max(0));
        let both = [left(self.user_limit, total), left(self.day_limit, of_today)];
        both.into_iter().flatten().min()
    }

    /// Lets a player draw so many times, or says why not.
    pub(super) fn allow(
        &self,
        count: Option<&count::Model>,
        times: u32,
        (at, today): (DateTime<Utc>, i32),
    ) -> AppResult<()> {
        if !self.is_open(at) {
            return Err(LOTTERY_CLOSED.into());
        }
        if i64::from(times) > i64::from(self.times_max) {
            let most = self.times_max;
            return Err(AppError::param((
                format!("times: at most {most} here"),
                format!("times：此处最多 {most} 次"),
            )));
        }
        let left = self.left(count, today);
        match left.is_none_or(|left| i64::from(times) <= left) {
            true => Ok(()),
            false => Err(LOTTERY_LIMIT.into()),
        }
    }
}
