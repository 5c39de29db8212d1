//! [`AppLock`]: one writer in an app at a time.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::change::{Change, CommandId};
use super::commit::Transaction;
use super::create;
use super::error::ApplyError;
use super::journal::StateDir;
use super::outcome::{Mark, Outcome, twice};
use super::recover::{Recovered, mend};
use super::stage;
use crate::fs::{self, DirLock, FsResult};

/// How long a command waits for another one in the same app.
const WAIT: Duration = Duration::from_secs(10);
/// How often it looks.
const WAIT_STEP: Duration = Duration::from_millis(25);

/// The right to write in an app. To be taken before the app is read for planning.
#[derive(Debug)]
pub struct AppLock {
    root: PathBuf,
    lock: DirLock,
    recovered: Recovered,
}

impl AppLock {
    /// Waits until no other cloudapp writes in the app (up to 10 s), then mends what a killed run
    /// left.
    ///
    /// # Errors
    /// The app is busy, can't be locked, or can't be mended.
    pub fn acquire(root: &Path) -> Result<Self, ApplyError> {
        let root = fs::canonical(root)?;
        let mut waited = Duration::ZERO;
        let lock = loop {
            if let Some(lock) = DirLock::try_acquire(&root)? {
                break lock;
            }
            if waited >= WAIT {
                return Err(ApplyError::Busy { path: root });
            }
            thread::sleep(WAIT_STEP);
            waited += WAIT_STEP;
        };
        let recovered = mend(&root)?;
        create::clear_mark(&root);
        Ok(Self {
            root,
            lock,
            recovered,
        })
    }

    /// The app's root, with links resolved.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What was mended.
    #[must_use]
    pub fn recovered(&self) -> &Recovered {
        &self.recovered
    }

    /// The outcome of this very command, if an interrupted run of it did all the work. Then nothing
    /// is left to do but to say so and to acknowledge.
    ///
    /// # Errors
    /// The lock back, if there was no such run.
    pub fn resume(self, command: &CommandId) -> Result<Outcome, Self> {
        if matches!(&self.recovered, Recovered::Completed(done) if done == command) {
            let mark = Mark::Journal(StateDir::of(&self.root).done);
            Ok(Outcome::new(mark, true, self.lock))
        } else {
            Err(self)
        }
    }

    /// Makes all changes, or none.
    ///
    /// # Errors
    /// A file is not as the plan expects it, or a call failed; the app is as before.
    pub fn change_tree(
        self,
        changes: &[Change],
        command: &CommandId,
    ) -> Result<Outcome, ApplyError> {
        let state = StateDir::of(&self.root);
        let draft = stage::check(&self.root, changes, command)?;
        stage::write(&state, &draft)?;
        let transaction = Transaction {
            root: &self.root,
            state: &state,
            journal: &draft.journal,
        };
        commit(&transaction).map_err(|cause| self.undo(&transaction, cause))?;
        transaction.clean();
        Ok(Outcome::new(Mark::Journal(state.done), false, self.lock))
    }

    fn undo(&self, transaction: &Transaction<'_>, cause: fs::FsError) -> ApplyError {
        let undone = if matches!(fs::exists(&transaction.state.transaction), Ok(false)) {
            // The decision itself failed.
            twice(&transaction.state.staging, fs::remove_dir_all)
        } else {
            transaction.backward()
        };
        match undone {
            Ok(()) => cause.into(),
            Err(undo) => ApplyError::Torn {
                root: self.root.clone(),
                cause: Box::new(cause.into()),
                undo,
            },
        }
    }
}

/// From staged to done.
fn commit(transaction: &Transaction<'_>) -> FsResult<()> {
    fs::rename(&transaction.state.staging, &transaction.state.transaction)?;
    transaction.forward()
}

/// [`AppLock::acquire`], then [`AppLock::resume`] or [`AppLock::change_tree`].
///
/// # Errors
/// As for these.
pub fn change_tree(
    root: &Path,
    changes: &[Change],
    command: &CommandId,
) -> Result<Outcome, ApplyError> {
    match AppLock::acquire(root)?.resume(command) {
        Ok(outcome) => Ok(outcome),
        Err(lock) => lock.change_tree(changes, command),
    }
}
