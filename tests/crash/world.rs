//! A folder with all that a run can reach: its target, its home, its temporary folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::tree::{self, Node, Tree};

/// One world; each worker has its own.
pub(crate) struct World {
    // Removed when dropped.
    _folder: tempfile::TempDir,
    root: PathBuf,
    binary: PathBuf,
}

impl World {
    pub(crate) fn new(binary: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        // With links resolved, so that no run has to.
        let root = folder.path().canonicalize()?;
        for name in ["home", "tmp", "work", "work/empty-1"] {
            fs::create_dir(root.join(name))?;
        }
        let binary = binary.to_owned();
        Ok(Self {
            _folder: folder,
            root,
            binary,
        })
    }

    /// The binary, to be run in `folder`.
    pub(crate) fn command(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments);
        command.current_dir(self.root.join("work").join(folder));
        command.env("HOME", self.root.join("home"));
        command.env("TMPDIR", self.root.join("tmp"));
        command.env_remove("RUST_BACKTRACE");
        command
    }

    /// A file outside of the tree.
    pub(crate) fn log(&self) -> PathBuf {
        self.binary
            .with_file_name(format!("calls-{}", std::process::id()))
    }

    pub(crate) fn tree(&self) -> Result<Tree> {
        tree::read(&self.root)
    }

    /// Makes the tree as `wanted`, touching only what differs.
    pub(crate) fn restore(&self, wanted: &Tree) -> Result<()> {
        let found = self.tree()?;
        // Backwards, what is in a folder comes before the folder.
        for (path, node) in found.iter().rev() {
            if wanted
                .get(path)
                .is_none_or(|other| is_dir(other) != is_dir(node))
            {
                let path = self.root.join(path);
                if is_dir(node) {
                    fs::remove_dir(path)?
                } else {
                    fs::remove_file(path)?
                }
            }
        }
        for (path, node) in wanted
            .iter()
            .filter(|(path, node)| found.get(*path) != Some(node))
        {
            write(&self.root.join(path), node).with_context(|| format!("restoring {path}"))?;
        }
        Ok(())
    }
}

fn is_dir(node: &Node) -> bool {
    matches!(node, Node::Dir(_))
}

fn write(path: &Path, node: &Node) -> Result<()> {
    let mode = match node {
        Node::Dir(mode) => {
            if !path.exists() {
                fs::create_dir(path)?;
            }
            mode
        }
        Node::File(mode, content) => {
            fs::write(path, content)?;
            mode
        }
        Node::Link(target) => return Ok(std::os::unix::fs::symlink(target, path)?),
    };
    Ok(fs::set_permissions(
        path,
        fs::Permissions::from_mode(*mode),
    )?)
}
