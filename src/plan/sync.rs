//! The registries: are they as they should be, and writing them again.

use anyhow::{Result, bail};

use super::{Plan, Snapshot, unified};
use crate::manifest;
use crate::render::registry;
use crate::unit::UnitKind;

/// Checks that manifest and registries say what the folders say.
///
/// # Errors
/// What differs, as a diff, and the way out.
pub fn check_registries(snapshot: &Snapshot) -> Result<()> {
    check_manifest(snapshot)?;
    for (path, expected) in snapshot.registries() {
        let actual = snapshot.text(path).unwrap_or_default();
        // An app of an earlier version has not this registry yet, and nothing to put there.
        let is_new = snapshot.bytes(path).is_none() && is_empty(&expected);
        if actual != expected && !is_new {
            let diff = unified(
                &expected,
                &actual,
                &format!("expected/{path}"),
                &format!("found/{path}"),
            );
            bail!(
                "`{path}` is not what its folders say:\n\n{diff}\n\
                 cloudapp owns this file. `cloudapp sync` writes it again"
            );
        }
    }
    Ok(())
}

/// Plans to write registries and manifest again.
///
/// # Errors
/// A registry holds something that somebody wrote, or a module or unit of the manifest is gone
/// (unless `force`).
pub fn sync(snapshot: &Snapshot, force: bool) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut manifest = snapshot.manifest.clone();
    if force {
        let folders = snapshot.module_folders();
        manifest
            .modules
            .retain(|module| folders.contains(&module.name));
        for kind in UnitKind::ALL {
            let files = snapshot.units(kind);
            manifest.retain_units(kind, |name| files.iter().any(|file| file == name));
        }
    } else {
        check_gone(snapshot)?;
    }
    plan.put(snapshot, manifest::FILE, manifest.render()?);
    for (path, expected) in snapshot.registries() {
        let actual = snapshot.text(path).unwrap_or_default();
        if !force && !registry::is_registry(&actual) {
            let diff = unified(
                &actual,
                &expected,
                &format!("yours/{path}"),
                &format!("synced/{path}"),
            );
            bail!(
                "`{path}` holds lines that cloudapp did not write and `sync` would lose:\n\n{diff}\n\
                 Move them to `src/app.rs`, or give them up with `cloudapp sync --force`"
            );
        }
        plan.put(snapshot, path, expected);
    }
    Ok(plan.sorted())
}

/// Whether a registry names nothing.
fn is_empty(registry: &str) -> bool {
    !registry.contains("pub mod ")
}

fn check_manifest(snapshot: &Snapshot) -> Result<()> {
    let expected = snapshot.manifest.render()?;
    let actual = snapshot.text(manifest::FILE).unwrap_or_default();
    if actual != expected {
        let diff = unified(
            &expected,
            &actual,
            "expected/cloudapp.toml",
            "found/cloudapp.toml",
        );
        bail!(
            "`{}` was edited by hand:\n\n{diff}\nUndo the edit, or let `cloudapp sync` write it again",
            manifest::FILE
        );
    }
    check_gone(snapshot)
}

/// Refuses a manifest that lists what the folders have not.
fn check_gone(snapshot: &Snapshot) -> Result<()> {
    if let Some((word, name, path)) = snapshot.gone() {
        bail!(
            "`{}` lists {word} `{name}`, and `{path}` is gone: restore it from version control, or \
             drop it from the manifest with `cloudapp sync --force`",
            manifest::FILE
        );
    }
    Ok(())
}
