//! What was generated in one go, a module or another unit: put into the app with its pristine copy,
//! and taken out again while nobody has edited it.

use anyhow::{Result, bail};

use super::{Plan, Snapshot, pristine, unified};
use crate::render::Files;

/// Plans the files and their pristine copy at `copy`. `what` is for the refusal: "module `note`".
///
/// # Errors
/// A file is in the way.
pub(super) fn put(
    plan: &mut Plan,
    snapshot: &Snapshot,
    what: &str,
    copy: String,
    files: Files,
) -> Result<()> {
    plan.put(snapshot, copy, pristine::render(&files)?);
    for (path, content) in files {
        if snapshot.bytes(&path).is_some() {
            bail!("`{path}` is in the way of {what}: move it, or choose another name");
        }
        plan.put(snapshot, path, content);
    }
    Ok(())
}

/// Plans that the files of the pristine copy at `copy` are gone, with the copy; returns what was
/// generated. `rest` is for the refusal: what else somebody would have to delete.
///
/// # Errors
/// The copy is gone or damaged, or a file was edited: the message holds the diff.
pub(super) fn take_out(
    plan: &mut Plan,
    snapshot: &Snapshot,
    what: &str,
    copy: &str,
    rest: &str,
) -> Result<Files> {
    let generated = match snapshot.text(copy) {
        Some(text) => pristine::parse(copy, &text)?,
        None => bail!("`{copy}` is gone, so edits can't be told: restore it from version control"),
    };
    let mut edits = String::new();
    for (path, was) in &generated {
        if let Some(is) = snapshot.text(path).filter(|is| is != was) {
            let (old, new) = (format!("generated/{path}"), format!("yours/{path}"));
            edits.push_str(&unified(was, &is, &old, &new));
        }
    }
    if !edits.is_empty() {
        bail!(
            "{what} was edited since it was generated:\n\n{edits}\n\
             Undo the edits first, or delete {rest} and `{copy}` yourself and run \
             `cloudapp sync --force`"
        );
    }
    plan.delete(snapshot, copy);
    for path in generated.keys() {
        plan.delete(snapshot, path);
    }
    Ok(generated)
}
