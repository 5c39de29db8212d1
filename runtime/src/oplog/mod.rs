//! The operation log: what operators changed, written in the transaction of the change.
//!
//! ```
//! # use cloudapp_runtime::db;
//! # use cloudapp_runtime::oplog::Logged;
//! # use cloudapp_runtime::prelude::*;
//! # use serde_json::json;
//! const LOGGED: Logged = Logged::new("note");
//!
//! async fn remove(ctx: &Context, operator: &Operator, id: Id) -> AppResult<()> {
//!     let log = &ctx.oplog().by(operator).await?;
//!     db::transaction(ctx.db(), |txn| {
//!         Box::pin(async move {
//!             let row = json!({ "id": id, "title": "Buy milk" });
//!             log.removed(txn, &LOGGED, id, &row).await
//!         })
//!     })
//!     .await
//! }
//! ```
//!
//! ## Invariants
//! - An entry and its change are in one transaction: both are there or neither. So each database
//!   has its own `operation_log_tb`, and the list is put together of all of them.
//! - No secret is written: fields that a [`Logged`] calls secret, and those whose name says that
//!   they are, are replaced before. That one changed can still be seen.
//! - What is written is the rows; words are made when it is read, in the reader's language.
//!
//! | file | holds |
//! |---|---|
//! | `logged` | what a module says of its rows: their name and those of their fields |
//! | `redact` | what is left of a row when its secrets are taken away; pure |
//! | `diff` | two rows as a list of changes in words; pure |
//! | `entry` | what is written of a change |
//! | `record` | writing |
//! | `read` | lists |

mod diff;
mod entity;
mod entry;
mod logged;
mod read;
mod record;
mod redact;

pub use diff::{Difference, differences};
pub use entity::Model as LogRow;
pub use entry::{Entry, Operation};
pub use logged::{Field, Logged};
pub(crate) use read::Kinds;
pub use read::{LogFilter, OpLog};
pub(crate) use record::Pending;
pub use record::{Recorder, write};
pub use redact::{REDACTED, redacted};
