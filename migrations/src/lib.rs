//! Schema of cloudapp applications: the migration engine and the framework's own tables.
//!
//! A migration is data: a named list of statements, and rarely a step in Rust. So the engine can
//! show what it will run, notice that an applied migration was edited, journal every statement, go
//! on after a kill, derive the way down, and walk it even when the code is gone: the history keeps
//! the SQL.
//!
//! ```
//! use cloudapp_migrations::prelude::*;
//! use cloudapp_migrations::{Migrator, Options, framework};
//!
//! fn migrations() -> Vec<Migration> {
//!     vec![Migration::new("note_0001_create", |steps| {
//!         steps.create_table(
//!             Table::create()
//!                 .table("note_tb")
//!                 .col(big_integer("id").primary_key())
//!                 .col(string_len("title", 100))
//!                 .to_owned(),
//!         );
//!     })]
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "sqlite")] {
//! let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
//! options.max_connections(1);
//! let conn = sea_orm::Database::connect(options).await?;
//! let migrator = Migrator::new(vec![framework(), Stream::new("note", migrations())])?;
//! let report = migrator.up(&conn, &Options::default()).await?;
//! assert_eq!(report.changes[10].migration, "note_0001_create");
//! assert!(migrator.up(&conn, &Options::default()).await?.is_empty());
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Sharded tables
//!
//! Of a table that is declared [sharded](Migrator::sharded) only physical ones exist, and each step
//! on it is run on every one of them, each with its own journal entry. The checksum covers what the
//! author wrote, so their number may change later; see [`shard`].
//!
//! # Promises
//!
//! - Two processes at once: one waits. Each migration is applied once.
//! - A process that is killed at any point leaves a database that the next `up` (or `down`) brings
//!   to the same schema as an undisturbed run. PostgreSQL and SQLite: a migration is one
//!   transaction. MySQL and MariaDB, which commit each change of the schema at once: each statement
//!   is journalled, and whether an interrupted one took effect is looked up.
//! - An edited migration is never run on top of what it was before.

#[cfg(not(any(feature = "sqlite", feature = "mysql", feature = "postgres")))]
compile_error!("enable at least one of the features `sqlite`, `mysql`, `postgres`");

mod asset;
mod engine;
mod framework;
mod lottery;
mod order;
mod outbox;
pub mod prelude;
pub mod shard;
mod stat;
mod task;

pub use asset::asset;
pub use engine::{
    Change, DataFuture, Direction, Edited, Event, Finding, FindingKind, Listener, MigrateError,
    Migration, MigrationSql, Migrator, Options, Pending, Phase, RepairPlan, Report, SchemaLock,
    Status, StatusRow, StepOutcome, Steps, Stream, create_like,
};
pub use framework::framework;
pub use lottery::lottery;
pub use order::order;
pub use outbox::outbox;
pub use shard::{
    CompatRule, Layout, LayoutState, SLOTS, Scheme, ShardSpec, SlotMap, load_layouts, md5_int,
    physical_name, shard_layout, slot_of_int, slot_of_text,
};
pub use stat::stat;
pub use task::task;
