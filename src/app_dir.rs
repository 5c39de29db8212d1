//! The app that a command works on: where it is, and the snapshot that plans are made from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::fs;
use crate::manifest::{self, Manifest};
use crate::plan::Snapshot;

/// Finds the app that `folder` is in.
///
/// # Errors
/// There is no manifest in `folder` or above it.
pub fn find(folder: &Path) -> Result<PathBuf> {
    for candidate in folder.ancestors() {
        if fs::exists(&candidate.join(manifest::FILE))? {
            return Ok(candidate.to_owned());
        }
    }
    bail!(
        "there is no `{}` in `{}` or above it: go to an app's folder, or make one with \
         `cloudapp new <path>`",
        manifest::FILE,
        folder.display()
    )
}

/// Reads what plans depend on.
///
/// # Errors
/// A file can't be read, or the manifest is not legal.
pub fn snapshot(root: &Path) -> Result<Snapshot> {
    let mut files = BTreeMap::new();
    for scope in Snapshot::SCOPE {
        let path = root.join(scope);
        match fs::look(&path)? {
            None => {}
            Some(found) if found.is_dir() => {
                for (name, content) in fs::read_tree(&path)? {
                    files.insert(format!("{scope}/{name}"), content);
                }
            }
            Some(_) => {
                files.insert(scope.to_owned(), fs::read(&path)?);
            }
        }
    }
    let text = files.get(manifest::FILE).context("the manifest is gone")?;
    let text =
        std::str::from_utf8(text).with_context(|| format!("`{}` is not UTF-8", manifest::FILE))?;
    let manifest = Manifest::parse(text)?;
    Ok(Snapshot::new(manifest, files))
}
