//! A folder as data, to compare it before and after.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Everything below a folder: relative path → what is there.
pub(crate) type Tree = BTreeMap<String, Node>;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A folder with its mode.
    Dir(u32),
    /// A file with its mode and content.
    File(u32, Vec<u8>),
    /// A symbolic link.
    Link(std::path::PathBuf),
}

/// Reads a folder, following no link.
pub(crate) fn read(root: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    read_into(root, "", &mut tree).with_context(|| format!("reading {}", root.display()))?;
    Ok(tree)
}

fn read_into(folder: &Path, prefix: &str, tree: &mut Tree) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let found = entry.metadata()?;
        let mode = found.permissions().mode() & 0o7777;
        let path = entry.path();
        let node = if found.is_symlink() {
            Node::Link(fs::read_link(&path)?)
        } else if found.is_dir() {
            read_into(&path, &format!("{name}/"), tree)?;
            Node::Dir(mode)
        } else {
            Node::File(mode, fs::read(&path)?)
        };
        tree.insert(name, node);
    }
    Ok(())
}
