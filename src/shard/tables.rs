//! The sharded tables of the framework, and in how many physical tables each one is.

use std::collections::BTreeMap;

use similar::TextDiff;
use thiserror::Error;

/// The sharded tables of the framework. Mirrors `FRAMEWORK_TABLES` in
/// `runtime/src/shard/declared.rs`, which the generator does not link.
pub const TABLES: [&str; 15] = [
    "asset_inventory_tb",
    "asset_log_tb",
    "asset_lot_tb",
    "asset_owner_tb",
    "lottery_count_tb",
    "lottery_draw_tb",
    "prize_order_tb",
    "prize_roster_tb",
    "stat_log_tb",
    "stat_report_tb",
    "task_count_tb",
    "task_evidence_tb",
    "task_gear_count_tb",
    "user_asset_tb",
    "user_info_tb",
];

/// Most physical tables of a logical one; the runtime refuses more.
pub const COUNT_MAX: u16 = 128;

/// Why a `--shard` was refused.
#[derive(Debug, Error)]
pub enum ShardCountError {
    /// Not `table=count`.
    #[error("`--shard {given}`: expected `table=count`, e.g. `user_asset_tb=4`")]
    Shape {
        /// What was given.
        given: String,
    },
    /// The framework has no such table.
    #[error(
        "`--shard {given}`: the framework has no such sharded table; try `{suggestion}` (there are \
         {}; a table of your own: `cloudapp add module … --shard-by`)",
        TABLES.join(", ")
    )]
    Table {
        /// What was given.
        given: String,
        /// The table with the most similar name.
        suggestion: &'static str,
    },
    /// Not a number of tables.
    #[error("`--shard {given}`: the count is 1 to {COUNT_MAX}, e.g. `{table}=4`")]
    Count {
        /// What was given.
        given: String,
        /// The table.
        table: String,
    },
    /// One table twice.
    #[error("`--shard {given}`: `{table}` has a count already; give it once")]
    Twice {
        /// What was given.
        given: String,
        /// The table.
        table: String,
    },
}

/// Reads `table=count` values.
///
/// # Errors
/// [`ShardCountError`] of the first that is not legal.
pub fn parse_counts<S: AsRef<str>>(values: &[S]) -> Result<BTreeMap<String, u16>, ShardCountError> {
    let mut counts = BTreeMap::new();
    for value in values {
        let value = value.as_ref().trim();
        let given = crate::name::shown(value);
        let Some((table, count)) = value.split_once('=') else {
            return Err(ShardCountError::Shape { given });
        };
        let (table, count) = (table.trim(), count.trim());
        if !TABLES.contains(&table) {
            let suggestion = nearest(table);
            return Err(ShardCountError::Table { given, suggestion });
        }
        let table = table.to_owned();
        let count = count.parse::<u16>().ok();
        let Some(count) = count.filter(|count| (1..=COUNT_MAX).contains(count)) else {
            return Err(ShardCountError::Count { given, table });
        };
        if counts.insert(table.clone(), count).is_some() {
            return Err(ShardCountError::Twice { given, table });
        }
    }
    Ok(counts)
}

fn nearest(given: &str) -> &'static str {
    let likeness = |table: &str| TextDiff::from_chars(given, table).ratio();
    let start = TABLES[0];
    TABLES.into_iter().fold(start, |best, table| {
        if likeness(table) > likeness(best) {
            table
        } else {
            best
        }
    })
}

/// The module of whose sharded table this module's table would be a part: `gift_3_tb` is table
/// number 3 of `gift_tb`.
#[must_use]
pub fn logical_of(module: &str) -> Option<&str> {
    let (logical, number) = module.rsplit_once('_')?;
    let number = number.parse::<u16>().ok()?;
    (number < COUNT_MAX).then_some(logical)
}
