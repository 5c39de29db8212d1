//! What a killed run left in an app is finished, or undone, or removed.

use std::path::Path;

use super::change::CommandId;
use super::commit::Transaction;
use super::error::ApplyError;
use super::journal::{Journal, StateDir, content_hash, file_in};
use super::lock::AppLock;
use crate::fs;

/// What recovery found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// No change is waiting to be reported.
    Nothing,
    /// All files are as this command wanted them, but it was killed before it could say so.
    Completed(CommandId),
    /// This command was killed half-way, and everything is as it was before it.
    Undone(CommandId),
}

/// For commands that only read an app: mends what a killed run left. Writes nothing when there is
/// nothing to mend, and takes no lock.
///
/// A completed command stays on record until a writing command acknowledges it, so that the same
/// command run again still succeeds.
///
/// # Errors
/// [`ApplyError`] when a change can be neither finished nor undone.
pub fn recover(root: &Path) -> Result<Recovered, ApplyError> {
    let state = StateDir::of(root);
    if fs::exists(&state.staging)? || fs::exists(&state.transaction)? {
        return Ok(AppLock::acquire(root)?.recovered().clone());
    }
    completed(root, &state)
}

/// Mends an app; the caller holds its lock.
pub(super) fn mend(root: &Path) -> Result<Recovered, ApplyError> {
    let state = StateDir::of(root);
    let is_dir = match fs::look(&state.path)? {
        None => return Ok(Recovered::Nothing),
        Some(found) => found.is_dir(),
    };
    if !is_dir {
        return Err(ApplyError::Foreign { path: state.path });
    }
    if fs::exists(&state.staging)? {
        fs::remove_dir_all(&state.staging)?;
    }
    if fs::exists(&state.transaction)? {
        let journal = file_in(&state.transaction);
        if fs::exists(&journal)? {
            let journal = Journal::read(&journal, root)?;
            let transaction = Transaction {
                root,
                state: &state,
                journal: &journal,
            };
            if let Some(undone) = resolve_half_done(&transaction)? {
                return Ok(Recovered::Undone(undone));
            }
        }
        fs::remove_dir_all(&state.transaction)?;
    }
    let recovered = completed(root, &state)?;
    if recovered == Recovered::Nothing && fs::exists(&state.done)? {
        fs::remove_file(&state.done)?;
    }
    Ok(recovered)
}

/// The command on record as done, if its files are still as it left them.
fn completed(root: &Path, state: &StateDir) -> Result<Recovered, ApplyError> {
    if !fs::exists(&state.done)? {
        return Ok(Recovered::Nothing);
    }
    match Journal::read(&state.done, root) {
        Ok(journal) if journal.is_intact(root)? => Ok(Recovered::Completed(journal.command)),
        Ok(_) | Err(ApplyError::Journal { .. }) => Ok(Recovered::Nothing),
        Err(error) => Err(error),
    }
}

/// Goes forward, or else back; the command, if it went back.
fn resolve_half_done(transaction: &Transaction<'_>) -> Result<Option<CommandId>, ApplyError> {
    let bars = Bars::find(transaction)?;
    let command = &transaction.journal.command;
    let cause = match bars.forward {
        false => match transaction.forward() {
            Ok(()) => return Ok(None),
            Err(error) => Some(error),
        },
        true => None,
    };
    match (bars.backward, cause) {
        (Some(_), Some(cause)) => Err(cause.into()),
        (Some(path), None) => Err(ApplyError::Edited {
            command: command.title().to_owned(),
            path,
            transaction: transaction.state.transaction.clone(),
        }),
        (None, cause) => match (transaction.backward(), cause) {
            (Ok(()), _) => Ok(Some(command.clone())),
            (Err(undo), Some(cause)) => Err(ApplyError::Torn {
                root: transaction.root.to_owned(),
                cause: Box::new(cause.into()),
                undo,
            }),
            (Err(undo), None) => Err(undo.into()),
        },
    }
}

/// What bars a way. Files may have been edited since the run was killed: going forward would
/// overwrite an edit of a file that waits for its turn, going back that of a file that is in place.
struct Bars {
    forward: bool,
    /// The file that would lose an edit.
    backward: Option<String>,
}

impl Bars {
    fn find(transaction: &Transaction<'_>) -> Result<Self, ApplyError> {
        let mut bars = Self {
            forward: false,
            backward: None,
        };
        for (index, entry) in transaction.journal.entries.iter().enumerate() {
            let (new, old, path) = transaction.paths(index, entry);
            let staged = content_hash(&new)?;
            let is_placed = match &entry.after {
                Some(_) => staged.is_none(),
                None => fs::exists(&old)?,
            };
            let expected = if is_placed {
                &entry.after
            } else {
                &entry.before
            };
            let found = content_hash(&path)?;
            // A file that is gone holds no edit.
            let is_edited = found.is_some() && found != *expected;
            // New files are not synced: a loss of power can have damaged one.
            let is_damaged = staged.is_some() && staged != entry.after;
            bars.forward |= is_damaged || (is_edited && !is_placed);
            if is_edited && is_placed {
                bars.backward.get_or_insert_with(|| entry.path.clone());
            }
        }
        Ok(bars)
    }
}
