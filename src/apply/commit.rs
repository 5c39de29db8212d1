//! The second half of a change: renames that can be repeated, and taken back.
//!
//! Which of them are done is read off the files: entry `i` is in place when `new.i` is gone.

use std::path::{Path, PathBuf};

use super::journal::{Entry, Journal, StateDir, file_in};
use super::outcome::twice;
use crate::fs::{self, FsResult};

/// A change that is decided: `.cloudapp/txn` exists.
pub(super) struct Transaction<'a> {
    pub(super) root: &'a Path,
    pub(super) state: &'a StateDir,
    pub(super) journal: &'a Journal,
}

impl Transaction<'_> {
    /// Does what is left to do, up to the point where the change counts as done.
    pub(super) fn forward(&self) -> FsResult<()> {
        for dir in &self.journal.new_dirs {
            match fs::create_dir(&self.root.join(dir)) {
                Err(error) if error.is_already_exists() => {}
                other => other?,
            }
        }
        for (index, entry) in self.journal.entries.iter().enumerate() {
            self.place(index, entry)?;
        }
        for entry in self
            .journal
            .entries
            .iter()
            .filter(|entry| entry.after.is_none())
        {
            self.remove_empty_parents(&entry.path)?;
        }
        fs::rename(&file_in(&self.state.transaction), &self.state.done)
    }

    fn place(&self, index: usize, entry: &Entry) -> FsResult<()> {
        let (new, old, path) = self.paths(index, entry);
        let is_placed = entry.after.is_some() && !fs::exists(&new)?;
        if is_placed {
            return Ok(());
        }
        if entry.before.is_some() && !fs::exists(&old)? && fs::exists(&path)? {
            if entry.after.is_some() {
                // A second name for it, so that at no time the file is missing.
                fs::link_or_rename(&path, &old)?;
            } else {
                fs::rename(&path, &old)?;
            }
        }
        if entry.after.is_some() {
            fs::rename(&new, &path)
        } else {
            Ok(())
        }
    }

    /// Takes back what was done, and then the decision.
    pub(super) fn backward(&self) -> FsResult<()> {
        for (index, entry) in self.journal.entries.iter().enumerate().rev() {
            self.take_back(index, entry)?;
        }
        for dir in self.journal.new_dirs.iter().rev() {
            match fs::remove_dir(&self.root.join(dir)) {
                // Someone else put something into it.
                Err(error) if error.is_not_found() || error.is_not_empty() => {}
                other => other?,
            }
        }
        fs::rename(&self.state.transaction, &self.state.staging)?;
        twice(&self.state.staging, fs::remove_dir_all)
    }

    fn take_back(&self, index: usize, entry: &Entry) -> FsResult<()> {
        let (new, old, path) = self.paths(index, entry);
        let is_placed = entry.after.is_some() && !fs::exists(&new)?;
        if is_placed && fs::exists(&path)? {
            fs::rename(&path, &new)?;
        }
        if entry.before.is_none() || !fs::exists(&old)? {
            return Ok(());
        }
        if fs::exists(&path)? {
            // It never left its place, and only got a second name.
            return fs::remove_file(&old);
        }
        self.create_parents(&entry.path)?;
        fs::rename(&old, &path)
    }

    /// Removes what the change leaves behind in `.cloudapp/txn`, as far as that works: the change
    /// is done, and the next run removes the rest. File by file, because a listing can fail in more
    /// ways.
    pub(super) fn clean(&self) {
        for (index, entry) in self.journal.entries.iter().enumerate() {
            let (_, old, _) = self.paths(index, entry);
            if entry.before.is_some() {
                let _ = twice(&old, fs::remove_file);
            }
        }
        let _ = twice(&self.state.transaction, fs::remove_dir);
    }

    /// Where the new content waits, where the old one goes, and where the file belongs.
    pub(super) fn paths(&self, index: usize, entry: &Entry) -> (PathBuf, PathBuf, PathBuf) {
        let transaction = &self.state.transaction;
        let [new, old] = ["new", "old"].map(|kind| transaction.join(format!("{kind}.{index}")));
        (new, old, self.root.join(&entry.path))
    }

    fn remove_empty_parents(&self, path: &str) -> FsResult<()> {
        for (end, _) in path.rmatch_indices('/') {
            match fs::remove_dir(&self.root.join(&path[..end])) {
                Err(error) if error.is_not_empty() => return Ok(()),
                Err(error) if error.is_not_found() => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn create_parents(&self, path: &str) -> FsResult<()> {
        for (end, _) in path.match_indices('/') {
            let parent = self.root.join(&path[..end]);
            if !fs::exists(&parent)? {
                fs::create_dir(&parent)?;
            }
        }
        Ok(())
    }
}
