//! The staging folder of a new tree: `.{name}.cloudapp-new`, beside the target.
//!
//! It holds a file that tells whose it is and, until the commit, the tree. A lock on it is held by
//! the process that fills it, so a folder without a lock is what a killed run left.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::error::ApplyError;
use super::outcome::{Mark, twice};
use crate::fs::{self, DirLock, FsResult};

const OWNER: &str = "owner";
const OWNER_TEXT: &str =
    "Staging folder of `cloudapp new`. It may be removed when no cloudapp is running.\n";
const TREE: &str = "tree";

/// A locked staging folder.
#[derive(Debug)]
pub(super) struct StagingDir {
    path: PathBuf,
    lock: DirLock,
}

impl StagingDir {
    /// Makes and locks the staging folder for `top`; one that a killed run left is emptied first.
    pub(super) fn acquire(top: &Path) -> Result<Self, ApplyError> {
        let busy = || ApplyError::Busy {
            path: top.to_owned(),
        };
        let path = path_for(top).ok_or_else(|| ApplyError::Target {
            path: top.to_owned(),
            reason: "it has no name",
        })?;
        // A folder can vanish between looking and locking when the process that has it is done.
        for _ in 0..3 {
            let is_new = match fs::create_dir(&path) {
                Ok(()) => true,
                Err(error) if error.is_already_exists() => false,
                Err(error) => {
                    // It may have been made and then failed to get its mode.
                    let _ = fs::remove_dir(&path);
                    return Err(error.into());
                }
            };
            match Self::lock(&path) {
                Ok(Some(staging)) => {
                    staging.fill_owner(is_new)?;
                    return Ok(staging);
                }
                Ok(None) => {}
                Err(error) => {
                    if is_new && !matches!(error, ApplyError::Busy { .. }) {
                        let _ = fs::remove_dir(&path);
                    }
                    return Err(error);
                }
            }
        }
        Err(busy())
    }

    /// The staging folder that a killed run left for `top`, locked; `None` when there is none.
    pub(super) fn left_for(top: &Path) -> Result<Option<Self>, ApplyError> {
        match path_for(top) {
            Some(path) if fs::look(&path)?.is_some_and(|found| found.is_dir()) => {
                let staging = Self::lock(&path)?;
                match staging {
                    Some(staging) if staging.check_own().is_ok() => Ok(Some(staging)),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// `None` when the folder is gone or another one by now.
    fn lock(path: &Path) -> Result<Option<Self>, ApplyError> {
        match fs::look(path)? {
            None => return Ok(None),
            Some(found) if !found.is_dir() => {
                return Err(ApplyError::Foreign {
                    path: path.to_owned(),
                });
            }
            Some(_) => {}
        }
        let lock = match DirLock::try_acquire(path) {
            Ok(Some(lock)) => lock,
            Ok(None) => {
                return Err(ApplyError::Busy {
                    path: path.to_owned(),
                });
            }
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let is_at = lock.is_at(path)?;
        Ok(is_at.then(|| Self {
            path: path.to_owned(),
            lock,
        }))
    }

    fn fill_owner(&self, is_new: bool) -> Result<(), ApplyError> {
        if !is_new {
            self.check_own()?;
            self.empty()?;
        }
        let owner = self.path.join(OWNER);
        fs::write_new(&owner, OWNER_TEXT.as_bytes(), fs::FILE_MODE)
            .map(drop)
            .map_err(|error| {
                self.discard();
                error.into()
            })
    }

    /// Nothing but an owner file, or the beginning of one, makes a folder with content ours.
    fn check_own(&self) -> Result<(), ApplyError> {
        let foreign = || ApplyError::Foreign {
            path: self.path.clone(),
        };
        let names = fs::list(&self.path)?;
        if names.iter().any(|name| name != OWNER && name != TREE) {
            return Err(foreign());
        }
        let owner = self.path.join(OWNER);
        match fs::look(&owner)? {
            None if names.is_empty() => Ok(()),
            Some(found) if found.is_file() => {
                let text = fs::read(&owner)?;
                if OWNER_TEXT.as_bytes().starts_with(&text) {
                    Ok(())
                } else {
                    Err(foreign())
                }
            }
            _ => Err(foreign()),
        }
    }

    /// Where the tree is staged.
    pub(super) fn tree(&self) -> PathBuf {
        self.path.join(TREE)
    }

    /// Whether the tree was moved out already.
    pub(super) fn is_committed(&self) -> FsResult<bool> {
        Ok(!fs::exists(&self.tree())?)
    }

    /// Removes what is in the folder; the owner file last, so that a kill leaves a folder that is
    /// known.
    fn empty(&self) -> FsResult<()> {
        let tree = self.tree();
        if fs::exists(&tree)? {
            fs::remove_dir_all(&tree)?;
        }
        let owner = self.path.join(OWNER);
        if fs::exists(&owner)? {
            fs::remove_file(&owner)
        } else {
            Ok(())
        }
    }

    /// Removes the folder as far as that works: the next run does the rest.
    pub(super) fn discard(&self) {
        if self.empty().is_ok() {
            let _ = fs::remove_dir(&self.path);
        }
    }

    /// The mark of a tree that is in place.
    pub(super) fn into_mark(self) -> (Mark, DirLock) {
        let owner = self.path.join(OWNER);
        let owner = twice(&owner, fs::remove_file).err().map(|_| owner);
        (
            Mark::StagingDir {
                path: self.path,
                owner,
            },
            self.lock,
        )
    }
}

/// `.{name}.cloudapp-new` beside `top`.
fn path_for(top: &Path) -> Option<PathBuf> {
    let mut name = OsString::from(".");
    name.push(top.file_name()?);
    name.push(".cloudapp-new");
    Some(top.with_file_name(name))
}
