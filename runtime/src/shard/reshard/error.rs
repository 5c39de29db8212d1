//! Why rows were not moved.

use sea_orm::DbErr;

use crate::migrate::MigrateError;

/// A move that was refused or stopped. What was moved stays moved, and the app goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReshardError {
    /// The number makes no sense.
    #[error("--to {to}: must be 1 to {}", crate::config::SHARD_COUNT_MAX)]
    Count {
        /// As given.
        to: u16,
    },
    /// Another process holds the lock.
    #[error(
        "table `{table}` is not moved: another process migrates or moves rows in this database; \
         wait until it has ended"
    )]
    Busy {
        /// The logical table.
        table: String,
    },
    /// No layout.
    #[error("table `{table}` has no layout in this database; there are: {known}")]
    Unknown {
        /// As given.
        table: String,
        /// The tables that have one.
        known: String,
    },
    /// Another move is under way.
    #[error(
        "table `{table}` is on its way to {target} physical tables: finish that with \
         `--to {target}`, or bring it back with `--abort`"
    )]
    OtherTarget {
        /// The logical table.
        table: String,
        /// Where it goes.
        target: usize,
    },
    /// No move is under way.
    #[error("table `{table}` is not being moved: there is nothing to abort")]
    NothingToAbort {
        /// The logical table.
        table: String,
    },
    /// Rows that were placed by the original's rule cannot be put back.
    #[error(
        "table `{table}` is moved from the compat scheme and slots have arrived: it can only be \
         finished"
    )]
    CompatMoved {
        /// The logical table.
        table: String,
    },
    /// Rows arrived differently: the transaction was rolled back.
    #[error(
        "slot {slot} of table `{table}` was left where it is: of {processed} rows {matching} \
         arrived unchanged, and {found} are at the destination. Is there a row of the same primary \
         key, or a trigger that changes rows?"
    )]
    Mismatch {
        /// The logical table.
        table: String,
        /// The slot.
        slot: u16,
        /// Rows to be moved.
        processed: u64,
        /// Rows that arrived unchanged.
        matching: u64,
        /// Rows found there.
        found: u64,
    },
    /// A physical table that shall go still holds rows.
    #[error("table `{physical}` should be empty and is not: run the same command again")]
    NotEmpty {
        /// The physical table.
        physical: String,
    },
    /// The table has no primary key or no key column.
    #[error("table `{physical}` cannot be moved: it has no {what}")]
    Shape {
        /// The physical table.
        physical: String,
        /// What is missing.
        what: String,
    },
    /// The lock or the schema.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The database.
    #[error("moving rows failed: {0}; nothing is lost, run the same command again")]
    Database(#[from] DbErr),
}
