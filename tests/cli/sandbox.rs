//! A temporary folder to run `cloudapp` in.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::ProptestConfig;
use tempfile::TempDir;

/// A temporary folder, gone with its value.
pub(crate) struct Sandbox(TempDir);

/// What a command answered.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// Asserts exit code 0.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stderr: {}", self.err);
        self
    }

    /// Asserts exit code 1 and that the message holds every one of `words`.
    #[track_caller]
    pub(crate) fn refused(self, words: &[&str]) -> Self {
        assert_eq!(self.code, 1, "stdout: {} stderr: {}", self.out, self.err);
        assert!(self.err.starts_with("error: "), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "no `{word}` in: {}", self.err);
        }
        self
    }
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A sandbox with a new app in `shop`, made with `arguments`.
    pub(crate) fn with_app(arguments: &[&str]) -> Self {
        let sandbox = Self::new();
        let all: Vec<&str> = ["new", "shop"].iter().chain(arguments).copied().collect();
        sandbox.cloudapp(&all).ok();
        sandbox
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    /// Runs `cloudapp` in the sandbox itself.
    pub(crate) fn cloudapp(&self, arguments: &[&str]) -> Answer {
        run(self.command(".", arguments))
    }

    /// Runs `cloudapp` in the app.
    pub(crate) fn in_app(&self, arguments: &[&str]) -> Answer {
        run(self.command("shop", arguments))
    }

    pub(crate) fn command(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudapp"));
        command.current_dir(self.path(folder)).args(arguments);
        command
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Everything in the sandbox: path → mode and content.
    pub(crate) fn tree(&self) -> BTreeMap<String, (u32, Vec<u8>)> {
        let mut tree = BTreeMap::new();
        collect(self.0.path(), "", &mut tree);
        tree
    }

    /// Asserts that `action` leaves the sandbox as it was.
    #[track_caller]
    pub(crate) fn unchanged_by<T>(&self, action: impl FnOnce() -> T) -> T {
        let before = self.tree();
        let result = action();
        assert!(before == self.tree(), "the tree changed");
        result
    }

    /// Runs git in the app.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.path("shop"))
            .args(["-c", "user.name=t", "-c", "user.email=t@t"])
            .args(arguments);
        let answer = run(git);
        assert_eq!(answer.code, 0, "git {arguments:?}: {}", answer.err);
        answer.out
    }

    /// Puts the app under version control, as it is.
    pub(crate) fn commit(&self) {
        self.git(&["init", "--quiet"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "as generated"]);
    }
}

/// How many cases a property is tried with; a failing one is printed, not written to a file.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

pub(crate) fn run(mut command: Command) -> Answer {
    let output = command.output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn collect(folder: &Path, prefix: &str, tree: &mut BTreeMap<String, (u32, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        let found = fs::symlink_metadata(&path).unwrap();
        let mode = found.permissions().mode();
        if found.is_dir() {
            tree.insert(name.clone(), (mode, Vec::new()));
            collect(&path, &format!("{name}/"), tree);
        } else if found.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            tree.insert(name, (mode, target.into_os_string().into_encoded_bytes()));
        } else {
            tree.insert(name, (mode, fs::read(&path).unwrap()));
        }
    }
}
