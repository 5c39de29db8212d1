//! Rows of the tables as lists of values, in the order of their columns.

use sea_orm::Value;

use super::fold::{Cell, Logged, ReportKey, UserKey};
use super::sql::Upsert;
use crate::error::AppResult;
use crate::types::{DateTime, Utc};

pub(super) const APPLIED: &str = "stat_applied_tb";
pub(super) const APPLIED_COLUMNS: [&str; 2] = ["event_key", "applied_ms"];

pub(super) const LOG: &str = "stat_log_tb";
pub(super) const LOG_COLUMNS: [&str; 13] = [
    "id",
    "app_id",
    "act_id",
    "module_id",
    "object_id",
    "user_id",
    "key_name",
    "key_value",
    "key_fraction",
    "repeat_type",
    "digest",
    "create_day",
    "created_at",
];

pub(super) fn log(logged: &Logged<'_>) -> Vec<Value> {
    let event = logged.event;
    let at = DateTime::<Utc>::from_timestamp_millis(event.at_ms).unwrap_or_default();
    vec![
        event.id.into(),
        event.app_id.as_str().into(),
        event.act_id.into(),
        event.module_id.into(),
        event.object_id.as_str().into(),
        event.user_id.into(),
        event.name.as_str().into(),
        event.whole.into(),
        event.billionths.into(),
        event.repeat.into(),
        logged.digest.as_str().into(),
        logged.day.into(),
        at.into(),
    ]
}

/// The columns that are added up.
const SUMS: [&str; 3] = ["key_value", "key_fraction", "event_count"];

pub(super) const USER: &str = "stat_user_report_tb";
pub(super) const USER_COLUMNS: [&str; 11] = [
    "id",
    "app_id",
    "act_id",
    "module_id",
    "object_id",
    "user_id",
    "key_name",
    "key_value",
    "key_fraction",
    "event_count",
    "create_day",
];
pub(super) const USER_UPSERT: Upsert<'_> = Upsert {
    unique: &[
        "user_id",
        "app_id",
        "act_id",
        "create_day",
        "module_id",
        "object_id",
        "key_name",
    ],
    sums: &SUMS,
};

pub(super) fn user(key: &UserKey<'_>, cell: &Cell) -> AppResult<Vec<Value>> {
    let [whole, fraction, count] = cell.sum.columns()?;
    Ok(vec![
        cell.id.into(),
        key.app_id.into(),
        key.act_id.into(),
        key.module_id.into(),
        key.object_id.into(),
        key.user_id.into(),
        key.name.into(),
        whole.into(),
        fraction.into(),
        count.into(),
        key.day.into(),
    ])
}

pub(super) const REPORT: &str = "stat_report_tb";
pub(super) const REPORT_COLUMNS: [&str; 13] = [
    "id",
    "app_id",
    "act_id",
    "module_id",
    "object_id",
    "key_name",
    "key_value",
    "key_fraction",
    "event_count",
    "create_hour",
    "create_day",
    "create_month",
    "create_year",
];
pub(super) const REPORT_UPSERT: Upsert<'_> = Upsert {
    unique: &[
        "act_id",
        "app_id",
        "create_day",
        "module_id",
        "object_id",
        "key_name",
        "create_hour",
    ],
    sums: &SUMS,
};

pub(super) fn report(key: &ReportKey<'_>, cell: &Cell) -> AppResult<Vec<Value>> {
    let [whole, fraction, count] = cell.sum.columns()?;
    Ok(vec![
        cell.id.into(),
        key.app_id.into(),
        key.act_id.into(),
        key.module_id.into(),
        key.object_id.into(),
        key.name.into(),
        whole.into(),
        fraction.into(),
        count.into(),
        key.hour.hour.into(),
        key.hour.day.into(),
        key.hour.month().into(),
        key.hour.year().into(),
    ])
}
