//! The first half of a change: check everything, then write everything beside the app's files.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::change::{Change, ChangeKind, CommandId, check_distinct, resolve, sha256};
use super::error::{ApplyError, Conflict};
use super::journal::{Entry, Journal, StateDir, file_in, missing_parents};
use crate::fs;

/// A change that was checked, and can be staged.
pub(super) struct Draft<'a> {
    changes: &'a [Change],
    /// Modes of the new files, in the order of the changes.
    modes: Vec<u32>,
    pub(super) journal: Journal,
}

/// Checks paths, and that each file is as the plan expects it.
pub(super) fn check<'a>(
    root: &Path,
    changes: &'a [Change],
    command: &CommandId,
) -> Result<Draft<'a>, ApplyError> {
    check_distinct(changes.iter().map(|change| change.path.as_str()))?;
    let (mut entries, mut modes, mut new_dirs) = (Vec::new(), Vec::new(), BTreeSet::new());
    for change in changes {
        let reserved = StateDir::of(root);
        let path = resolve(root, &change.path)?;
        if [&reserved.staging, &reserved.transaction, &reserved.done]
            .into_iter()
            .any(|own| path.starts_with(own))
        {
            let reason = "it is kept for the journal";
            return Err(ApplyError::Path {
                path: change.path.clone(),
                reason,
            });
        }
        let missing = missing_parents(root, &change.path)?;
        modes.push(check_file(&path, change)?);
        let (before, after) = match &change.kind {
            ChangeKind::Create { content } => {
                new_dirs.extend(missing);
                (None, Some(content))
            }
            ChangeKind::Update { before, content } => (Some(before), Some(content)),
            ChangeKind::Delete { before } => (Some(before), None),
        };
        let hash = |content: Option<&Vec<u8>>| content.map(|content| sha256(content));
        let (before, after) = (hash(before), hash(after));
        entries.push(Entry {
            path: change.path.clone(),
            before,
            after,
        });
    }
    // Sorted, a folder stands before what is in it.
    let new_dirs = new_dirs.into_iter().collect();
    let journal = Journal::new(command, entries, new_dirs);
    Ok(Draft {
        changes,
        modes,
        journal,
    })
}

/// Checks that the file is as the plan expects it; the mode that its new content gets.
fn check_file(path: &Path, change: &Change) -> Result<u32, ApplyError> {
    let refuse = |conflict| {
        Err(ApplyError::Conflict {
            path: change.path.clone(),
            conflict,
        })
    };
    let found = fs::look(path)?;
    if found.as_ref().is_some_and(fs::Metadata::is_symlink) {
        return refuse(Conflict::Link);
    }
    match (&change.kind, found) {
        (ChangeKind::Create { .. }, None) => Ok(fs::FILE_MODE),
        (ChangeKind::Create { .. }, Some(_)) => refuse(Conflict::Exists),
        (_, None) => refuse(Conflict::Missing),
        (_, Some(found)) if !found.is_file() => refuse(Conflict::NotAFile),
        (ChangeKind::Update { before, .. } | ChangeKind::Delete { before }, Some(found)) => {
            if fs::read(path)? == *before {
                Ok(found.permissions().mode() & 0o7777)
            } else {
                refuse(Conflict::Changed)
            }
        }
    }
}

/// Writes new contents and journal into `.cloudapp/txn.tmp`.
///
/// Down to the disk go the journal and what replaces a file, so that a loss of power costs nothing
/// that was there before. New files can be made again, and syncing each would take longer than all
/// the rest. Nor are folders synced: the file systems in use keep the order of renames, so that
/// after a loss of power they show the renames up to some point, which is what recovery expects.
pub(super) fn write(state: &StateDir, draft: &Draft<'_>) -> Result<(), ApplyError> {
    let is_new = !fs::exists(&state.path)?;
    let written = write_files(state, draft, is_new);
    if written.is_err() {
        let _ = fs::remove_dir_all(&state.staging);
        if is_new {
            let _ = fs::remove_dir(&state.path);
        }
    }
    written
}

fn write_files(state: &StateDir, draft: &Draft<'_>, is_new: bool) -> Result<(), ApplyError> {
    if is_new {
        fs::create_dir(&state.path)?;
    }
    fs::create_dir(&state.staging)?;
    for (index, (change, mode)) in draft.changes.iter().zip(&draft.modes).enumerate() {
        let path = state.staging.join(format!("new.{index}"));
        match &change.kind {
            ChangeKind::Create { content } => drop(fs::write_new(&path, content, *mode)?),
            ChangeKind::Update { content, .. } => write_synced(&path, content, *mode)?,
            ChangeKind::Delete { .. } => {}
        }
    }
    let path = file_in(&state.staging);
    let journal = draft.journal.to_bytes(&path)?;
    write_synced(&path, &journal, fs::FILE_MODE)
}

fn write_synced(path: &Path, content: &[u8], mode: u32) -> Result<(), ApplyError> {
    let file = fs::write_new(path, content, mode)?;
    Ok(fs::sync(&file, path)?)
}
