//! Why nothing was written.

use std::path::PathBuf;

use thiserror::Error;

use crate::fs::{FsError, show};

/// Why [`super::create_tree`], [`super::change_tree`] or [`super::recover`] failed. Unless it is
/// [`ApplyError::Torn`], the tree is as before.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// A call to the operating system failed.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// A path of the plan is not one below the root.
    #[error("`{}` can't be written: {reason}", path.escape_debug())]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The target of a new tree can't be made out.
    #[error("`{}` can't be the place of a new project: {reason}", show(path))]
    Target {
        /// The target, or the part of it that is in the way.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The target of a new tree holds something.
    #[error(
        "`{}` exists and is not empty; choose another path, or empty it first",
        show(path)
    )]
    NotEmpty {
        /// The target.
        path: PathBuf,
    },
    /// Another process is writing the same thing.
    #[error(
        "another cloudapp is working on `{}`; run this again when it is done",
        show(path)
    )]
    Busy {
        /// What it is working on.
        path: PathBuf,
    },
    /// The staging folder's name is taken by something that is not a staging folder.
    #[error(
        "`{}` is in the way and was not made by cloudapp; move it elsewhere",
        show(path)
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// A file is not as the plan expects it.
    #[error(
        "`{path}` {conflict}; nothing was written, run this again to plan from what is there now"
    )]
    Conflict {
        /// Relative to the app's root.
        path: String,
        /// How it differs.
        conflict: Conflict,
    },
    /// A change failed half-way and could not be undone.
    #[error(
        "{cause}; undoing the change failed too: {undo}. The next cloudapp command in `{}` \
         finishes or undoes it",
        show(root)
    )]
    Torn {
        /// The app.
        root: PathBuf,
        /// Why the change failed.
        cause: Box<ApplyError>,
        /// Why undoing failed.
        undo: FsError,
    },
    /// Files of an interrupted change were edited since, so that it can be neither finished nor
    /// undone.
    #[error(
        "`{command}` was interrupted, and `{path}` was edited since, so that it can't be finished or undone; \
         put that file elsewhere and run this again, or remove `{}` to keep everything as it is",
        show(transaction)
    )]
    Edited {
        /// The interrupted command.
        command: String,
        /// The edited file.
        path: String,
        /// The folder of the interrupted change.
        transaction: PathBuf,
    },
    /// The journal of an interrupted change can't be read.
    #[error(
        "`{}` does not hold the journal of an interrupted change: {reason}; \
         remove the folder around it to keep everything as it is",
        show(path)
    )]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// How a file differs from what the plan was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Conflict {
    /// It exists and should not.
    #[error("exists already")]
    Exists,
    /// It is gone.
    #[error("is gone")]
    Missing,
    /// It holds something else.
    #[error("was changed meanwhile")]
    Changed,
    /// It is a link, or lies behind one, and could lead out of the app.
    #[error("is a symbolic link, or lies behind one")]
    Link,
    /// It is a folder where a file should be, or a file where a folder should be.
    #[error("is not what it should be: a file is in the place of a folder, or a folder of a file")]
    NotAFile,
}
