//! An app that the real binary made.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::ground::{self, CLOUDAPP, step};
use crate::process::{self, Answer};
use crate::tree::{self, Node, Tree};

/// Where an app is generated, before what is new in it goes to its place. As deep as the place
/// itself: the path to the runtime is a relative one.
const STAGING: &str = "new-app";
/// What an app makes itself, or cargo for it.
const NOT_GENERATED: &[&str] = &["data"];

/// A generated app at its place.
pub(crate) struct App {
    pub(crate) name: &'static str,
    pub(crate) root: PathBuf,
    /// As generated.
    files: Tree,
}

impl App {
    /// Makes an app: `cloudapp new` with these arguments, then each of the commands in its folder.
    ///
    /// Files that are there with the same content stay untouched, so that cargo compiles nothing
    /// twice.
    pub(crate) fn generate(name: &'static str, new: &[&str], commands: &[Vec<String>]) -> Self {
        Self::generate_with_settings(name, new, commands, "")
    }

    /// As [`App::generate`], then with more settings than are generated.
    pub(crate) fn generate_with_settings(
        name: &'static str,
        new: &[&str],
        commands: &[Vec<String>],
        settings: &str,
    ) -> Self {
        let root = ground::folder().join(name);
        let staging = ground::folder().join(STAGING);
        step(&format!("{name}: generating"), || {
            if staging.exists() {
                fs::remove_dir_all(&staging).unwrap();
            }
            let mut first = vec!["new", STAGING, "--name", name, "--allow-nested"];
            first.extend(new);
            process::run(cloudapp(ground::folder(), &first)).ok();
            for arguments in commands {
                process::run(cloudapp(&staging, arguments)).ok();
            }
            append(&staging.join("config/default.toml"), settings);
            let files = generated(&staging);
            mirror(&files, &root);
            fs::remove_dir_all(&staging).unwrap();
            Self { name, root, files }
        })
    }

    /// A command of the generator in the folder of the app.
    pub(crate) fn cloudapp(&self, arguments: &[&str]) -> Command {
        cloudapp(&self.root, arguments)
    }

    /// A command of cargo in the folder of the app.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = process::command("cargo", &self.root);
        command.args(arguments);
        command
    }

    /// Runs cargo to its end, which must be a good one, and says how long it took.
    #[track_caller]
    pub(crate) fn cargo_ok(&self, arguments: &[&str]) -> Answer {
        let what = format!("{}: cargo {}", self.name, arguments.join(" "));
        step(&what, || process::run(self.cargo(arguments))).ok()
    }

    /// Builds the app, unless that was done.
    pub(crate) fn build(&self) {
        self.cargo_ok(&["build", "--locked", "--bin", self.name]);
    }

    /// The app's binary, which [`App::build`] or its tests built.
    pub(crate) fn binary(&self) -> PathBuf {
        ground::target().join("debug").join(self.name)
    }

    /// A command of the app's binary, in the folder of the app.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::command(self.binary(), &self.root);
        command.args(arguments);
        command
    }

    /// Path, content of every generated file that ends so.
    pub(crate) fn sources<'a>(&'a self, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter_map(move |(path, node)| match node {
                Node::File(_, content) if path.ends_with(end) => {
                    Some((path.as_str(), str::from_utf8(content).unwrap()))
                }
                _ => None,
            })
    }

    /// Asserts that whatever was run has changed no file of the app: not `Cargo.lock`, for
    /// instance.
    #[track_caller]
    pub(crate) fn assert_as_generated(&self) {
        let found = generated(&self.root);
        let paths = || found.keys().chain(self.files.keys());
        let changed: Vec<&String> = paths()
            .filter(|path| found.get(*path) != self.files.get(*path))
            .collect();
        assert!(changed.is_empty(), "{}: changed: {changed:?}", self.name);
    }

    /// Does something while a file has another content, and puts it back as it was, time included.
    pub(crate) fn with_file<T>(&self, path: &str, content: &str, action: impl FnOnce() -> T) -> T {
        let replaced = Replaced {
            path: self.root.join(path),
            kept: ground::folder().join("kept"),
        };
        fs::rename(&replaced.path, &replaced.kept).unwrap();
        fs::write(&replaced.path, content).unwrap();
        action()
    }
}

/// A file that goes back to its place, also when an assertion fails.
struct Replaced {
    path: PathBuf,
    kept: PathBuf,
}

impl Drop for Replaced {
    fn drop(&mut self) {
        fs::rename(&self.kept, &self.path).unwrap();
    }
}

/// An SQLite database that does not exist yet, gone with its value.
pub(crate) struct Database {
    folder: TempDir,
}

impl Database {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}/app.db?mode=rwc", self.folder.path().display())
    }
}

/// A command of the generator.
pub(crate) fn cloudapp<S: AsRef<std::ffi::OsStr>>(folder: &Path, arguments: &[S]) -> Command {
    let mut command = process::command(CLOUDAPP, folder);
    command.args(arguments);
    command
}

fn append(path: &Path, text: &str) {
    let mut file = fs::File::options().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn generated(root: &Path) -> Tree {
    let mut tree = tree::read(root).unwrap();
    tree.retain(|path, _| {
        let first = path.split('/').next().unwrap_or_default();
        !NOT_GENERATED.contains(&first)
    });
    tree
}

/// Makes `root` hold `files` and nothing else, and touches no file that is right already.
fn mirror(files: &Tree, root: &Path) {
    fs::create_dir_all(root).unwrap();
    let present = tree::read(root).unwrap();
    for (path, node) in present.iter().rev() {
        if !files.contains_key(path) {
            let path = root.join(path);
            let _ = match node {
                Node::Dir(_) => fs::remove_dir(path),
                Node::File(..) | Node::Link(_) => fs::remove_file(path),
            };
        }
    }
    for (path, node) in files {
        if present.get(path) == Some(node) {
            continue;
        }
        let path = root.join(path);
        let mode = match node {
            Node::Dir(mode) => {
                fs::create_dir_all(&path).unwrap();
                *mode
            }
            Node::File(mode, content) => {
                fs::write(&path, content).unwrap();
                *mode
            }
            Node::Link(target) => panic!("a link was generated, to {}", target.display()),
        };
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    }
}
