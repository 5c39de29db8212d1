//! The tables of statistics, for the database of the group `stat`.
//!
//! Names and columns are the original framework's where it had them. A figure is two whole numbers,
//! `key_value` and billionths in `key_fraction`: every database adds them up exactly. Three tables
//! are sharded, by the column in parentheses.
//!
//! | table | a row is |
//! |---|---|
//! | `stat_orm_tb` | what a metric is, for a tenant, an activity, a module or an object |
//! | `stat_log_tb` | an event that was counted, where a player counts once (by `user_id`) |
//! | `stat_report_tb` | a figure of an hour (by `act_id`) |
//! | `stat_user_report_tb` | a player's figure of a day (by `user_id`) |
//! | `stat_archive_tb` | a figure of a year |
//! | `stat_applied_tb` | an event that may come again, and was counted |
//! | `stat_lane_tb` | who counts the events of a lane |

mod figure;
mod log;
mod metric;
mod pump;

use crate::engine::Migration;

/// The migrations of statistics, for a module of the group `stat`.
#[must_use]
pub fn stat() -> Vec<Migration> {
    vec![
        metric::create(),
        log::create(),
        figure::create_reports(),
        figure::create_user_reports(),
        figure::create_archive(),
        pump::create(),
    ]
}
