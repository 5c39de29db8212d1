//! The registries: are they as they should be, and writing them again.

use anyhow::{Result, bail};

use super::{Plan, Snapshot, unified};
use crate::manifest;
use crate::render::registry;

/// Checks that manifest and registries say what the folders say.
///
/// # Errors
/// What differs, as a diff, and the way out.
pub fn check_registries(snapshot: &Snapshot) -> Result<()> {
    check_manifest(snapshot)?;
    for (path, expected) in snapshot.registries() {
        let actual = snapshot.text(path).unwrap_or_default();
        if actual != expected {
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
/// A registry holds something that somebody wrote (unless `force`), or a module of the manifest is
/// gone.
pub fn sync(snapshot: &Snapshot, force: bool) -> Result<Plan> {
    let mut plan = Plan::default();
    let folders = snapshot.module_folders();
    if let Some(gone) = snapshot
        .manifest
        .modules
        .iter()
        .find(|m| !folders.contains(&m.name))
    {
        if !force {
            bail!(
                "`{}` lists module `{name}`, and `src/modules/{name}/` is gone: restore it from version \
                 control, or drop it from the manifest with `cloudapp sync --force`",
                manifest::FILE,
                name = gone.name
            );
        }
        let mut manifest = snapshot.manifest.clone();
        manifest
            .modules
            .retain(|module| folders.contains(&module.name));
        plan.put(snapshot, manifest::FILE, manifest.render()?);
    } else {
        plan.put(snapshot, manifest::FILE, snapshot.manifest.render()?);
    }
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
    let folders = snapshot.module_folders();
    if let Some(gone) = snapshot
        .manifest
        .modules
        .iter()
        .find(|m| !folders.contains(&m.name))
    {
        bail!(
            "`{}` lists module `{name}`, and `src/modules/{name}/` is gone: restore it from version \
             control, or drop it from the manifest with `cloudapp sync --force`",
            manifest::FILE,
            name = gone.name
        );
    }
    Ok(())
}
