//! The journal of a change: what is done to which file, and where the contents wait.
//!
//! ```text
//! .cloudapp/txn.tmp/   being staged; counts for nothing
//! .cloudapp/txn/       decided
//!     journal          while it is here, the change is to be finished or undone
//!     new.3            content of entry 3, until it is moved into place
//!     old.3            what entry 3 replaces or deletes, from then on until the change is done
//! .cloudapp/txn.done   the journal of a change that is done but was not reported
//! ```

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::change::{CommandId, resolve, sha256};
use super::error::{ApplyError, Conflict};
use crate::fs::{self, FsError};

/// Version of the journal's format.
const FORMAT: u32 = 1;

/// What the journal's file holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    format: u32,
    pub(super) command: CommandId,
    pub(super) entries: Vec<Entry>,
    /// Folders to make, parents first.
    pub(super) new_dirs: Vec<String>,
}

/// One file of a change. At least one of the hashes is there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) path: String,
    /// SHA-256 of the content before, unless the file is made.
    pub(super) before: Option<String>,
    /// SHA-256 of the content after, unless the file is deleted.
    pub(super) after: Option<String>,
}

/// Paths of the folder that an app keeps for its generator.
#[derive(Clone, Debug)]
pub(super) struct StateDir {
    pub(super) path: PathBuf,
    pub(super) staging: PathBuf,
    pub(super) transaction: PathBuf,
    pub(super) done: PathBuf,
}

impl StateDir {
    pub(super) fn of(root: &Path) -> Self {
        let path = root.join(".cloudapp");
        let [staging, transaction, done] =
            ["txn.tmp", "txn", "txn.done"].map(|name| path.join(name));
        Self {
            path,
            staging,
            transaction,
            done,
        }
    }
}

/// The journal's file in the folder of a transaction.
pub(super) fn file_in(transaction: &Path) -> PathBuf {
    transaction.join("journal")
}

impl Journal {
    pub(super) fn new(command: &CommandId, entries: Vec<Entry>, new_dirs: Vec<String>) -> Self {
        Self {
            format: FORMAT,
            command: command.clone(),
            entries,
            new_dirs,
        }
    }

    pub(super) fn read(path: &Path, root: &Path) -> Result<Self, ApplyError> {
        let bad = |reason: String| ApplyError::Journal {
            path: path.to_owned(),
            reason,
        };
        let journal: Self =
            serde_json::from_slice(&fs::read(path)?).map_err(|error| bad(error.to_string()))?;
        if journal.format != FORMAT {
            return Err(bad("another version of cloudapp wrote it".to_owned()));
        }
        for name in journal
            .entries
            .iter()
            .map(|entry| &entry.path)
            .chain(&journal.new_dirs)
        {
            resolve(root, name)?;
        }
        Ok(journal)
    }

    pub(super) fn to_bytes(&self, path: &Path) -> Result<Vec<u8>, ApplyError> {
        serde_json::to_vec(self).map_err(|error| ApplyError::Journal {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Whether every file is as the change left it.
    pub(super) fn is_intact(&self, root: &Path) -> Result<bool, FsError> {
        for entry in &self.entries {
            if content_hash(&root.join(&entry.path))? != entry.after {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// SHA-256 of a file's content; `None` when there is no file.
pub(super) fn content_hash(path: &Path) -> Result<Option<String>, FsError> {
    match fs::look(path)? {
        Some(found) if found.is_file() => Ok(Some(sha256(&fs::read(path)?))),
        _ => Ok(None),
    }
}

/// Refuses a path whose parents are links or files; returns the parents that are missing.
pub(super) fn missing_parents(root: &Path, path: &str) -> Result<Vec<String>, ApplyError> {
    let refuse = |conflict| {
        Err(ApplyError::Conflict {
            path: path.to_owned(),
            conflict,
        })
    };
    let mut missing = Vec::new();
    for (end, _) in path.match_indices('/') {
        let parent = &path[..end];
        match fs::look(&root.join(parent))? {
            Some(found) if found.is_symlink() => return refuse(Conflict::Link),
            Some(found) if !found.is_dir() => return refuse(Conflict::NotAFile),
            Some(_) => {}
            None => missing.push(parent.to_owned()),
        }
    }
    Ok(missing)
}
