//! A new tree: staged beside its target, put into place by one rename.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use super::change::{NewFile, check_distinct, resolve};
use super::error::ApplyError;
use super::outcome::Outcome;
use super::staging::StagingDir;
use crate::fs;

/// Writes a new tree to `target`, which must be absent or an empty folder.
///
/// Folders above it that are missing are made in the same step. The tree is not synced to the disk:
/// it can be made again.
///
/// # Errors
/// [`ApplyError`]; `target` and the folder around it are as before.
pub fn create_tree(target: &Path, files: &[NewFile]) -> Result<Outcome, ApplyError> {
    match stage_tree(target, files)? {
        Prepared::Staged(staged) => staged.commit(),
        Prepared::Finished(outcome) => Ok(outcome),
    }
}

/// Does all of [`create_tree`] but the last step, so that the caller can add to the tree (`git
/// init`).
///
/// # Errors
/// As for [`create_tree`].
pub fn stage_tree(target: &Path, files: &[NewFile]) -> Result<Prepared, ApplyError> {
    check_distinct(files.iter().map(|file| file.path.as_str()))?;
    let place = match locate(target)? {
        Found::Free(place) => place,
        Found::Filled(path) => return resume(&path, files).map(Prepared::Finished),
    };
    let staged = StagedTree {
        staging: StagingDir::acquire(&place.top)?,
        place,
    };
    match staged.fill(files) {
        Ok(()) => Ok(Prepared::Staged(staged)),
        Err(error) => {
            staged.discard();
            Err(error)
        }
    }
}

/// What [`stage_tree`] came to.
#[derive(Debug)]
#[must_use]
pub enum Prepared {
    /// The tree waits to be put into place.
    Staged(StagedTree),
    /// An earlier run of the same command was killed after it had put the tree into place.
    Finished(Outcome),
}

/// A complete tree beside its target.
#[derive(Debug)]
#[must_use = "commit or discard"]
pub struct StagedTree {
    staging: StagingDir,
    place: Place,
}

impl StagedTree {
    /// The root of the staged tree.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.staging.tree().join(&self.place.below)
    }

    /// Puts the tree into place.
    ///
    /// # Errors
    /// The rename failed, for instance because the target was filled meanwhile.
    pub fn commit(self) -> Result<Outcome, ApplyError> {
        if let Err(error) = fs::rename(&self.staging.tree(), &self.place.top) {
            self.staging.discard();
            return Err(if error.is_not_empty() {
                ApplyError::NotEmpty {
                    path: self.place.top,
                }
            } else {
                error.into()
            });
        }
        let (mark, lock) = self.staging.into_mark();
        Ok(Outcome::new(mark, false, lock))
    }

    /// Removes the staged tree.
    pub fn discard(self) {
        self.staging.discard();
    }

    fn fill(&self, files: &[NewFile]) -> Result<(), ApplyError> {
        let root = self.root();
        let mut folders = BTreeSet::new();
        for file in files {
            let path = resolve(&root, &file.path)?;
            folders.extend(path.ancestors().skip(1).map(Path::to_owned));
        }
        let tree = self.staging.tree();
        folders.extend(root.ancestors().map(Path::to_owned));
        for folder in folders.iter().filter(|folder| folder.starts_with(&tree)) {
            fs::create_dir(folder)?;
        }
        if let Some(mode) = self.place.mode {
            fs::set_mode_at(&tree, mode)?;
        }
        for file in files {
            let mode = if file.executable {
                fs::EXECUTABLE_MODE
            } else {
                fs::FILE_MODE
            };
            fs::write_new(&root.join(&file.path), &file.content, mode)?;
        }
        Ok(())
    }
}

/// Where a tree goes.
#[derive(Debug)]
struct Place {
    /// What the rename makes: the target, or the first missing folder above it.
    top: PathBuf,
    /// From there to the target.
    below: PathBuf,
    /// The mode of the empty folder that is replaced, unless it is the usual one.
    mode: Option<u32>,
}

enum Found {
    Free(Place),
    /// The target holds something; its canonical path.
    Filled(PathBuf),
}

fn locate(target: &Path) -> Result<Found, ApplyError> {
    let target = fs::absolute(target)?;
    let refuse = |reason| {
        Err(ApplyError::Target {
            path: target.clone(),
            reason,
        })
    };
    let Some(found) = fs::look(&target)? else {
        return locate_missing(&target).map(Found::Free);
    };
    if found.is_symlink() {
        return refuse("it is a symbolic link; give the path that it leads to");
    }
    if !found.is_dir() {
        return refuse("it is a file");
    }
    let top = fs::canonical(&target)?;
    if !fs::list(&top)?.is_empty() {
        return Ok(Found::Filled(top));
    }
    let mode = found.permissions().mode() & 0o7777;
    let mode = (mode != fs::DIR_MODE).then_some(mode);
    Ok(Found::Free(Place {
        top,
        below: PathBuf::new(),
        mode,
    }))
}

/// `target` does not exist: finds the nearest folder above it that does.
fn locate_missing(target: &Path) -> Result<Place, ApplyError> {
    let refuse = |path: &Path, reason| {
        Err(ApplyError::Target {
            path: path.to_owned(),
            reason,
        })
    };
    for base in target.ancestors().skip(1) {
        let Some(found) = fs::look(base)? else {
            continue;
        };
        if !found.is_dir() && !found.is_symlink() {
            return refuse(base, "it is a file");
        }
        // Fails for a link that leads nowhere.
        let base_path = fs::canonical(base)?;
        let Ok(missing) = target.strip_prefix(base) else {
            break;
        };
        let mut missing = missing.components();
        let Some(Component::Normal(first)) = missing.next() else {
            break;
        };
        let below = missing.as_path().to_owned();
        if below.components().any(|part| part == Component::ParentDir) {
            return refuse(target, "it has `..` behind a folder that does not exist");
        }
        return Ok(Place {
            top: base_path.join(first),
            below,
            mode: None,
        });
    }
    refuse(target, "it has `..` behind a folder that does not exist")
}

/// `target` holds something. That is an error, unless it is what a killed run of the same command
/// made.
fn resume(target: &Path, files: &[NewFile]) -> Result<Outcome, ApplyError> {
    for top in target.ancestors() {
        let Some(staging) = StagingDir::left_for(top)? else {
            continue;
        };
        if staging.is_committed()? && holds_exactly(target, files)? {
            let (mark, lock) = staging.into_mark();
            return Ok(Outcome::new(mark, true, lock));
        }
        staging.discard();
    }
    Err(ApplyError::NotEmpty {
        path: target.to_owned(),
    })
}

/// Whether `root` holds these files and nothing else, but for a repository of its own.
fn holds_exactly(root: &Path, files: &[NewFile]) -> Result<bool, ApplyError> {
    let mut expected = BTreeSet::new();
    for file in files {
        let path = resolve(root, &file.path)?;
        if !fs::look(&path)?.is_some_and(|found| found.is_file())
            || fs::read(&path)? != file.content
        {
            return Ok(false);
        }
        expected.extend(path.ancestors().map(Path::to_owned));
    }
    holds_only(root, &expected, &root.join(".git"))
}

fn holds_only(
    folder: &Path,
    expected: &BTreeSet<PathBuf>,
    ignored: &Path,
) -> Result<bool, ApplyError> {
    for name in fs::list(folder)? {
        let path = folder.join(name);
        if path == ignored {
            continue;
        }
        if !expected.contains(&path) {
            return Ok(false);
        }
        let is_dir = fs::look(&path)?.is_some_and(|found| found.is_dir());
        if is_dir && !holds_only(&path, expected, ignored)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes the mark of the run that made `root`, when that run was killed before it could.
pub(super) fn clear_mark(root: &Path) {
    if let Ok(Some(staging)) = StagingDir::left_for(root)
        && staging.is_committed().is_ok_and(|committed| committed)
    {
        staging.discard();
    }
}
