//! What can be wrong with a statement on sharded tables.

use sea_orm::DbErr;
use thiserror::Error;

/// A statement that was not sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShardError {
    /// The table is sharded by a column that the key does not name.
    #[error(
        "table `{table}` is sharded by `{column}`, and the key names {}: begin with \
         `ctx.shard(&ShardKey::new(\"{column}\", …))`",
        if given.is_empty() { "no column" } else { given }
    )]
    NoKey {
        /// The logical table.
        table: String,
        /// Its key column.
        column: String,
        /// The columns that were named.
        given: String,
    },
    /// The layout names a physical table that it does not list.
    #[error("the layout of table `{table}` has no table number {number}: run `migrate shards`")]
    NoTable {
        /// The logical table.
        table: String,
        /// The number.
        number: u16,
    },
    /// The layout changed while a transaction was open; done again, it will find its rows.
    #[error("the layout of a sharded table changed: the transaction must be done again")]
    LayoutChanged,
    /// The table is not sharded, or has no layout in this database.
    #[error("table `{table}` has no layout in this database: is it sharded, and migrated?")]
    NotSharded {
        /// The logical table.
        table: String,
    },
}

impl From<ShardError> for DbErr {
    fn from(error: ShardError) -> Self {
        Self::Custom(error.to_string())
    }
}

impl ShardError {
    /// Whether this database error is [`ShardError::LayoutChanged`].
    #[must_use]
    pub(crate) fn is_layout_changed(error: &DbErr) -> bool {
        matches!(error, DbErr::Custom(text) if *text == Self::LayoutChanged.to_string())
    }
}
