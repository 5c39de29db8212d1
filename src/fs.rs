//! The only place that touches `std::fs`. Every error names the operation and the path.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self as std_fs, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

pub use std::fs::Metadata;

/// Mode of every folder that is made, whatever the umask.
pub const DIR_MODE: u32 = 0o755;
/// Mode of a file.
pub const FILE_MODE: u32 = 0o644;
/// Mode of a file that can be run.
pub const EXECUTABLE_MODE: u32 = 0o755;

/// A failed call, with what was tried on which path.
#[derive(Debug, Error)]
#[error("cannot {operation} `{}`: {error}", show(path))]
pub struct FsError {
    /// What was tried, as it reads after "cannot".
    pub operation: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// What the operating system said. Not the error's source: the message has it already.
    pub error: io::Error,
}

impl FsError {
    /// Whether the path does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.error.kind() == io::ErrorKind::NotFound
    }

    /// Whether a folder could not be removed or replaced because it holds something.
    #[must_use]
    pub fn is_not_empty(&self) -> bool {
        // EEXIST is the other answer that POSIX allows for it.
        matches!(
            self.error.kind(),
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists
        )
    }

    /// Whether something is already there.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.error.kind() == io::ErrorKind::AlreadyExists
    }
}

/// Result of everything in this module.
pub type FsResult<T> = Result<T, FsError>;

/// A path for a message: control characters escaped, so that it can't drive the terminal.
#[must_use]
pub fn show(path: &Path) -> String {
    let mut shown = String::new();
    for character in path.to_string_lossy().chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

trait Named<T> {
    fn named(self, operation: &'static str, path: &Path) -> FsResult<T>;
}

impl<T> Named<T> for io::Result<T> {
    fn named(self, operation: &'static str, path: &Path) -> FsResult<T> {
        self.map_err(|error| FsError {
            operation,
            path: path.to_owned(),
            error,
        })
    }
}

/// The whole file.
pub fn read(path: &Path) -> FsResult<Vec<u8>> {
    std_fs::read(path).named("read", path)
}

/// The whole file, which must be UTF-8.
pub fn read_to_string(path: &Path) -> FsResult<String> {
    std_fs::read_to_string(path).named("read", path)
}

/// What is at the path, without following a link there; `None` when nothing is.
pub fn look(path: &Path) -> FsResult<Option<Metadata>> {
    match std_fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        // A file where a folder should be: nothing can be below it.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error).named("look at", path),
    }
}

/// Whether anything is at the path, a dangling link included.
pub fn exists(path: &Path) -> FsResult<bool> {
    Ok(look(path)?.is_some())
}

/// Names in a folder, sorted.
pub fn list(path: &Path) -> FsResult<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in std_fs::read_dir(path).named("list", path)? {
        names.push(entry.named("list", path)?.file_name());
    }
    names.sort();
    Ok(names)
}

/// Every file below a folder: path relative to it, `/`-separated → content.
///
/// Links to files are read through; other links and names that are not UTF-8 are errors.
pub fn read_tree(folder: &Path) -> FsResult<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    read_tree_into(folder, "", &mut files)?;
    Ok(files)
}

fn read_tree_into(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> FsResult<()> {
    for name in list(folder)? {
        let path = folder.join(&name);
        let name = name
            .to_str()
            .ok_or_else(|| io::Error::other("its name is not UTF-8"));
        let name = format!("{prefix}{}", name.named("read", &path)?);
        if look(&path)?.is_some_and(|found| found.is_dir()) {
            read_tree_into(&path, &format!("{name}/"), files)?;
        } else {
            let content = read(&path)?;
            files.insert(name, content);
        }
    }
    Ok(())
}

/// The path from the root on, nothing resolved but the working directory.
pub fn absolute(path: &Path) -> FsResult<PathBuf> {
    std::path::absolute(path).named("resolve", path)
}

/// The path with every link and `..` resolved.
pub fn canonical(path: &Path) -> FsResult<PathBuf> {
    std_fs::canonicalize(path).named("resolve", path)
}

/// The path as the operating system would walk it, `..` and links in the way resolved; its end need
/// not exist, and is not followed when it is a link.
pub fn place(path: &Path) -> FsResult<PathBuf> {
    let path = absolute(path)?;
    let mut place = PathBuf::new();
    let mut parts = path.components().peekable();
    while let Some(part) = parts.next() {
        match part {
            Component::ParentDir => {
                place.pop();
            }
            part => {
                place.push(part);
                if parts.peek().is_some() && exists(&place)? {
                    place = canonical(&place)?;
                }
            }
        }
    }
    Ok(place)
}

/// Makes one folder with [`DIR_MODE`], whatever the umask; its parent must exist.
///
/// When it fails, the folder may exist all the same, with another mode.
pub fn create_dir(path: &Path) -> FsResult<()> {
    DirBuilder::new()
        .mode(DIR_MODE)
        .create(path)
        .named("create folder", path)?;
    let made = std_fs::symlink_metadata(path)
        .named("look at", path)?
        .mode();
    if made & DIR_MODE == DIR_MODE {
        return Ok(());
    }
    // The folder around it may have handed down its group bit, which stays.
    set_mode_at(path, (made & 0o7000) | DIR_MODE)
}

/// Writes a file that must not exist yet, with this mode whatever the umask.
///
/// When it fails, the file may exist all the same, with part of the content.
pub fn write_new(path: &Path, content: &[u8], mode: u32) -> FsResult<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let mut file = options.open(path).named("create", path)?;
    let made = file.metadata().named("look at", path)?.mode() & 0o7777;
    if made != mode {
        file.set_permissions(Permissions::from_mode(mode))
            .named("set the mode of", path)?;
    }
    file.write_all(content).named("write", path)?;
    Ok(file)
}

/// Sets the mode of what is at the path.
pub fn set_mode_at(path: &Path, mode: u32) -> FsResult<()> {
    std_fs::set_permissions(path, Permissions::from_mode(mode)).named("set the mode of", path)
}

/// Waits until the file's content is on the disk.
pub fn sync(file: &File, path: &Path) -> FsResult<()> {
    file.sync_all().named("sync", path)
}

/// Renames; replaces a file, or an empty folder by a folder.
pub fn rename(from: &Path, to: &Path) -> FsResult<()> {
    std_fs::rename(from, to).named("move a file into place at", to)
}

/// Gives the file a second name, or its only one when the file system has no hard links.
pub fn link_or_rename(from: &Path, to: &Path) -> FsResult<()> {
    std_fs::hard_link(from, to)
        .or_else(|_| std_fs::rename(from, to))
        .named("set aside", from)
}

/// Removes a file or a link.
pub fn remove_file(path: &Path) -> FsResult<()> {
    std_fs::remove_file(path).named("remove", path)
}

/// Removes an empty folder.
pub fn remove_dir(path: &Path) -> FsResult<()> {
    std_fs::remove_dir(path).named("remove folder", path)
}

/// Removes a folder and all below it, following no link.
pub fn remove_dir_all(path: &Path) -> FsResult<()> {
    std_fs::remove_dir_all(path).named("remove folder", path)
}

/// A lock on a folder, held until dropped or until the process ends, however it ends.
#[derive(Debug)]
pub struct DirLock {
    file: File,
}

impl DirLock {
    /// Locks the folder; `None` when another process has it.
    pub fn try_acquire(path: &Path) -> FsResult<Option<Self>> {
        let file = File::open(path).named("open folder", path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(source).named("lock folder", path),
        }
    }

    /// Whether the locked folder is still the one at the path.
    pub fn is_at(&self, path: &Path) -> FsResult<bool> {
        let own = self.file.metadata().named("look at", path)?;
        Ok(look(path)?.is_some_and(|found| (found.dev(), found.ino()) == (own.dev(), own.ino())))
    }
}
