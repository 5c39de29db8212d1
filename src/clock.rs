//! The one place that asks what time it is: for the name of a new migration, and for nothing else.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};

/// The present in UTC as `yyyymmdd_hhmmss`: migrations of two branches sort by when they were made.
///
/// # Errors
/// The clock is set to before 1970.
pub fn stamp() -> Result<String> {
    let now = SystemTime::now();
    let seconds = now
        .duration_since(UNIX_EPOCH)
        .context("the clock is before 1970")?
        .as_secs();
    let (year, month, day) = civil_date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    Ok(format!(
        "{year:04}{month:02}{day:02}_{hour:02}{minute:02}{second:02}"
    ))
}

/// Days since 1970-01-01 → year, month, day of the Gregorian calendar (Howard Hinnant's
/// `civil_from_days`).
fn civil_date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}
