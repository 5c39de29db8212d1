//! Why an application could not start or finish a command.

use crate::config::ConfigError;
use crate::db::DatabaseError;
use crate::migrate::MigrateError;

/// The application cannot be put together from its configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A database cannot be connected to.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The migrations contradict each other.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// A section `[shard.<table>]` is for a table that is not sharded.
    #[error("[shard.{table}]: no module declares this table as sharded; there are: {known}")]
    UnknownShard {
        /// The table.
        table: String,
        /// The sharded tables.
        known: String,
    },
    /// A section `[schedule."<name>"]` is for a schedule that the app does not have.
    #[error("[schedule.\"{name}\"]: the app has no such schedule; there are: {known}")]
    UnknownSchedule {
        /// The name.
        name: String,
        /// The schedules.
        known: String,
    },
    /// Configuration and database disagree on a sharded table.
    #[error("{0}")]
    ShardMismatch(String),
    /// A type of jobs cannot be used.
    #[error("the job `{name}` cannot be used: {reason}")]
    Job {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// A question to the database failed.
    #[error("the layout of the sharded tables cannot be read: {0}")]
    Layout(sea_orm::DbErr),
    /// `redis.url` is malformed.
    #[cfg(feature = "redis")]
    #[error("`redis.url` cannot be used: {0}; it must look like `redis://host:6379/0`")]
    Redis(#[from] redis::RedisError),
    /// `redis.url` is set, and the feature was left out when the application was built.
    #[cfg(not(feature = "redis"))]
    #[error(
        "`redis.url` is set, but Redis is not compiled in: in Cargo.toml, add `\"redis\"` to the \
         `features` of the line `cloudapp-runtime = …`, then build again; or remove the key"
    )]
    RedisMissing,
}
