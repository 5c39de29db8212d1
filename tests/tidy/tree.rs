//! The files of the repository, read once.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// One file; `text` is empty for what is not UTF-8.
pub(crate) struct SourceFile {
    /// Below the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) bytes: usize,
}

impl SourceFile {
    /// A file that only exists in a test of a rule.
    pub(crate) fn sample(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            bytes: text.len(),
        }
    }

    /// `line` counts from 1; 0 speaks of the whole file.
    pub(crate) fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            what: what.into(),
        }
    }

    pub(crate) fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    /// Rust, or a template that becomes Rust.
    pub(crate) fn becomes_rust(&self) -> bool {
        self.is_rust() || self.path.ends_with(".rs.tera")
    }

    /// Code that is shipped, as opposed to code that tests it.
    pub(crate) fn is_product(&self) -> bool {
        let folders = ["src/", "runtime/src/", "migrations/src/"];
        self.is_rust()
            && folders.iter().any(|folder| self.path.starts_with(folder))
            && !self.path.ends_with("/tests.rs")
            && !self.path.contains("/tests/")
    }
}

/// True for `name.EXTENSION`.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}

/// A broken rule and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.what),
            line => write!(out, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Every file that git tracks or would take.
pub(crate) fn tree() -> &'static [SourceFile] {
    static TREE: LazyLock<Vec<SourceFile>> = LazyLock::new(read);
    &TREE
}

fn read() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .expect("git runs");
    assert!(
        listed.status.success(),
        "{}",
        String::from_utf8_lossy(&listed.stderr)
    );
    let names = String::from_utf8(listed.stdout).expect("file names are UTF-8");
    let mut paths: Vec<&str> = names.split_terminator('\0').collect();
    paths.sort_unstable();
    paths.dedup();
    // A tracked file that is gone from disk is on its way out.
    let present = paths.into_iter().filter(|path| root.join(path).is_file());
    present.map(|path| read_one(root, path)).collect()
}

fn read_one(root: &Path, path: &str) -> SourceFile {
    let content = std::fs::read(root.join(path)).expect("a listed file can be read");
    let bytes = content.len();
    SourceFile {
        path: path.to_owned(),
        text: String::from_utf8(content).unwrap_or_default(),
        bytes,
    }
}

#[test]
fn this_file_is_in_the_tree() {
    assert!(
        tree()
            .iter()
            .any(|file| file.path == "tests/tidy.rs" && !file.text.is_empty())
    );
}
