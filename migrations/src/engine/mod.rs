//! The engine, which knows nothing of the app's tables.
//!
//! An author writes [`Steps`]; [`render`](mod@render) turns them into the SQL of one database; the
//! history keeps that SQL; [`run`](mod@run) executes it in a [`session`](mod@session), which is the
//! only one to migrate. [`sql`] reads statements back: to derive `down`, to look up whether an
//! interrupted step took effect, to know what the schema should hold.

mod action;
mod again;
mod check;
mod create_like;
mod down;
pub(crate) mod error;
mod expected;
mod fresh;
mod history;
mod inverse;
mod layout_row;
mod lease;
mod live;
mod lock;
mod look;
mod migration;
mod migrator;
pub(crate) mod probe;
mod render;
mod repair;
mod report;
mod run;
mod schema_lock;
mod session;
mod shards;
mod sql;
mod status;
mod steps;
mod template;
pub(crate) mod types;
mod undoing;
mod up;

pub use action::DataFuture;
pub use check::{Finding, FindingKind};
pub use create_like::create_like;
pub use error::MigrateError;
pub use migration::{Migration, MigrationSql, Stream};
pub use migrator::Migrator;
pub use repair::{Edited, RepairPlan, StepOutcome};
pub use report::{Change, Direction, Event, Listener, Options, Phase, Report};
pub use schema_lock::SchemaLock;
pub use status::{Pending, Status, StatusRow};
pub use steps::Steps;
