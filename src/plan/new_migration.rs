//! `cloudapp migrate new <name>`: an empty migration of the app's own, registered.

use anyhow::{Result, bail};

use super::sync::check_registries;
use super::{Plan, Snapshot};
use crate::embed::Templates;
use crate::name::ModuleName;
use crate::render::{self, registry};

/// Plans a migration `m<stamp>_<name>`; `stamp` is UTC as `yyyymmdd_hhmmss`.
///
/// # Errors
/// A registry was edited, or there is a migration of that name already.
pub fn new_migration(
    templates: &Templates,
    snapshot: &Snapshot,
    name: &ModuleName,
    stamp: &str,
) -> Result<Plan> {
    check_registries(snapshot)?;
    let mut migrations = snapshot.migrations();
    let same = |existing: &&String| existing.splitn(3, '_').nth(2) == Some(&*name.to_string());
    if let Some(existing) = migrations.iter().find(same) {
        bail!("there is a migration `{existing}` already: choose another name");
    }
    let migration = format!("m{stamp}_{name}");
    let mut context = render::context::app(&snapshot.manifest.app)?;
    context.insert("migration", &migration);
    let mut plan = Plan::default();
    for (path, content) in render::render_unit(templates, "migration", &context)? {
        let path = path.replace("__migration__", &migration);
        plan.put(snapshot, path, content);
    }
    migrations.push(migration);
    migrations.sort();
    plan.put(
        snapshot,
        registry::MIGRATIONS,
        registry::migrations(&migrations),
    );
    plan.notes
        .push("write its steps, then run `cloudapp migrate up`".to_owned());
    Ok(plan.sorted())
}
