//! Tiers: sums over days.

use chrono::NaiveDate;

use super::Moment;
use super::rule::{Part, Rule};
use crate::asset::day_number;

/// From which day on amounts count for a tier; `None` for all.
#[must_use]
pub fn counts_from(rule: &Rule, part: &Part, moment: &Moment) -> Option<NaiveDate> {
    rule.period.first_day(moment).max(part.since)
}

/// What counts for a tier, of amounts by day.
#[must_use]
pub fn tier_sum(rule: &Rule, part: &Part, days: &[(i32, i64)], moment: &Moment) -> i64 {
    let from = counts_from(rule, part, moment).map_or(i32::MIN, day_number);
    let counted = days.iter().filter(|(day, _)| *day >= from);
    counted.fold(0, |sum: i64, (_, amount)| sum.saturating_add(*amount))
}
