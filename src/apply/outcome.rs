//! A change that is done, and the mark that says so until it was reported.

use std::path::{Path, PathBuf};

use crate::fs::{self, DirLock, FsResult};

/// A change that is done but not reported yet.
#[derive(Debug)]
#[must_use = "print the result, then acknowledge"]
pub struct Outcome {
    mark: Mark,
    resumed: bool,
    // Held until the mark is gone, so that no other process takes it for that of a killed run.
    _lock: DirLock,
}

#[derive(Debug)]
pub(super) enum Mark {
    /// A staging folder: its owner file is gone already, or else could not be removed.
    StagingDir {
        path: PathBuf,
        owner: Option<PathBuf>,
    },
    /// The journal of a change that is done.
    Journal(PathBuf),
}

impl Outcome {
    pub(super) fn new(mark: Mark, resumed: bool, lock: DirLock) -> Self {
        Self {
            mark,
            resumed,
            _lock: lock,
        }
    }

    /// Whether an earlier, interrupted run of the same command did all the work.
    #[must_use]
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// Takes the mark away. To be called once the result was printed, as the last thing.
    ///
    /// # Errors The mark could not be removed. The change is done all the same; the next run
    /// removes the mark.
    pub fn acknowledge(self) -> FsResult<()> {
        match &self.mark {
            Mark::StagingDir { path, owner } => {
                if let Some(owner) = owner {
                    twice(owner, fs::remove_file)?;
                }
                twice(path, fs::remove_dir)
            }
            Mark::Journal(path) => twice(path, fs::remove_file),
        }
    }
}

/// Clean-up after the commit point gets a second try: by then nothing can be undone, and an error
/// that passes should not leave anything behind.
pub(super) fn twice(path: &Path, remove: impl Fn(&Path) -> FsResult<()>) -> FsResult<()> {
    remove(path).or_else(|_| match remove(path) {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    })
}
