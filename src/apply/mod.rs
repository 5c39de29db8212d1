//! The only writer. A target is as before or as after, never between.
//!
//! Two ways, each with one commit point:
//!
//! - [`create_tree`] makes a new tree. It is written into a staging folder beside the target,
//!   `.{name}.cloudapp-new/tree`, and one rename puts it into place.
//! - [`AppLock::change_tree`] changes files of an app. New contents and a journal are written into
//!   `.cloudapp/txn.tmp`; its rename to `.cloudapp/txn` decides that the change will happen. From
//!   then on only renames are left to do, which need no disk space and can be repeated or taken
//!   back.
//!
//! What a killed run leaves is cleaned, finished or undone by the next one: by the same command
//! through these two functions, by every other command through [`recover`] or [`AppLock::acquire`].
//!
//! A kill after the commit point, before the person has read the result, must not make the same
//! command fail with "exists already". So both functions return an [`Outcome`] whose mark stays on
//! the disk until [`Outcome::acknowledge`] takes it away, the last call of a command and a single
//! one: an empty staging folder for a new tree, `.cloudapp/txn.done` for a change.

mod change;
mod commit;
mod create;
mod error;
mod journal;
mod lock;
mod outcome;
mod recover;
mod stage;
mod staging;

pub use change::{Change, ChangeKind, CommandId, NewFile};
pub use create::{Prepared, StagedTree, create_tree, stage_tree};
pub use error::{ApplyError, Conflict};
pub use lock::{AppLock, change_tree};
pub use outcome::Outcome;
pub use recover::{Recovered, recover};
