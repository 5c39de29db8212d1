//! What is to be written: plain data, checked before anything happens.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::ApplyError;

/// A file of a new tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Relative to the target, `/`-separated.
    pub path: String,
    /// The whole content.
    pub content: Vec<u8>,
    /// Whether it may be run.
    pub executable: bool,
}

/// What happens to one file of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Relative to the app's root, `/`-separated.
    pub path: String,
    /// What happens.
    pub kind: ChangeKind,
}

/// What happens to a file. `before` is what the plan was made from: anything else there is a
/// conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It must not exist, and will.
    Create {
        /// The whole content.
        content: Vec<u8>,
    },
    /// It gets another content and keeps its mode.
    Update {
        /// What it holds.
        before: Vec<u8>,
        /// What it will hold.
        content: Vec<u8>,
    },
    /// It goes, and folders that it leaves empty with it.
    Delete {
        /// What it holds.
        before: Vec<u8>,
    },
}

/// Tells two runs of one command from runs of two commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandId {
    hash: String,
    title: String,
}

impl CommandId {
    /// `title` is for messages, e.g. `cloudapp add module note`; `spec` is everything that decides
    /// what the command does, in a form that is the same in every run.
    #[must_use]
    pub fn new(title: &str, spec: &str) -> Self {
        Self {
            hash: sha256(spec.as_bytes()),
            title: title.to_owned(),
        }
    }

    /// The command as a person types it.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// SHA-256 in hex.
pub(super) fn sha256(content: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(content) {
        // Writing to a string can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// `path` below `root`, after checking that it stays below.
pub(super) fn resolve(root: &Path, path: &str) -> Result<PathBuf, ApplyError> {
    let refuse = |reason| {
        Err(ApplyError::Path {
            path: path.to_owned(),
            reason,
        })
    };
    if path.contains(['\0', '\\']) {
        return refuse("it holds a NUL or a backslash");
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return refuse("it is absolute or has an empty, `.` or `..` part");
    }
    Ok(root.join(path))
}

/// Refuses a path given twice, and one that is a folder of another.
pub(super) fn check_distinct<'a>(paths: impl Iterator<Item = &'a str>) -> Result<(), ApplyError> {
    let mut parts: Vec<Vec<&str>> = paths.map(|path| path.split('/').collect()).collect();
    parts.sort();
    for pair in parts.windows(2) {
        if let [first, second] = pair
            && second.starts_with(first)
        {
            let reason = "another path is the same, or goes through it";
            return Err(ApplyError::Path {
                path: first.join("/"),
                reason,
            });
        }
    }
    Ok(())
}
