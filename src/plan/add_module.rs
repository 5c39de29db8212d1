//! `cloudapp add module`: the module's own folder, its test, the registries, the manifest.

use anyhow::{Result, bail};

use super::module_files::module_files;
use super::sync::check_registries;
use super::{Plan, Snapshot, generated, pristine};
use crate::catalogue::Catalogue;
use crate::embed::Templates;
use crate::manifest;
use crate::name::{ModuleName, Taken};
use crate::render::registry;
use crate::shard;
use crate::spec::NewModule;

/// Plans to add `module`, and what it needs of the catalogue, to the app.
///
/// # Errors
/// The catalogue does not have it, a registry was edited, a file is in the way.
pub fn add_module(templates: &Templates, snapshot: &Snapshot, module: &NewModule) -> Result<Plan> {
    check_registries(snapshot)?;
    refuse_parts(snapshot, module)?;
    let mut plan = Plan::default();
    let mut manifest = snapshot.manifest.clone();
    let mut folders = snapshot.module_folders();
    let wanted = with_needs(templates, module)?;
    for module in &wanted {
        let name = module.name.to_string();
        let is_asked_for = name == wanted[wanted.len() - 1].name.to_string();
        if !is_asked_for && folders.contains(&name) {
            continue;
        }
        let files = module_files(templates, &manifest.app, module)?;
        let copy = pristine::module_path(&name);
        generated::put(
            &mut plan,
            snapshot,
            &format!("module `{name}`"),
            copy,
            files,
        )?;
        folders.push(name);
        manifest.insert(module.entry());
    }
    folders.sort();
    plan.put(snapshot, registry::MODULES, registry::modules(&folders));
    plan.put(snapshot, manifest::FILE, manifest.render()?);
    if module.shard_by.is_some() {
        let table = module.name.table();
        plan.notes.push(format!(
            "to spread `{table}` over more tables: `[shard.{table}] count = 4` in \
             config/default.toml before the first `migrate up`, or \
             `cloudapp migrate reshard {table} --to 4` later"
        ));
    }
    plan.notes
        .push("create its tables: `cloudapp migrate up`".to_owned());
    plan.notes.push("run its tests: `cargo test`".to_owned());
    Ok(plan.sorted())
}

/// Refuses a table that would be one of the physical tables of another.
fn refuse_parts(snapshot: &Snapshot, module: &NewModule) -> Result<()> {
    let name = module.name.as_str();
    let is_sharded = |name: &str| {
        let entry = snapshot.manifest.module(name);
        entry.is_some_and(|entry| entry.shard_by.is_some())
            || shard::TABLES.contains(&format!("{name}_tb").as_str())
    };
    if let Some(other) = shard::logical_of(name).filter(|other| is_sharded(other)) {
        bail!(
            "`{name}_tb`, the table of module `{name}`, would be one of the tables that the sharded \
             `{other}_tb` is in: choose another name"
        );
    }
    let folders = snapshot.module_folders();
    let part = folders
        .iter()
        .find(|folder| shard::logical_of(folder) == Some(name));
    match part {
        Some(other) if module.shard_by.is_some() => bail!(
            "`{other}_tb`, the table of module `{other}`, would be one of the tables that the \
             sharded `{name}_tb` is in: choose another name"
        ),
        _ => Ok(()),
    }
}

/// The module itself, behind the catalogue modules that it needs.
fn with_needs(templates: &Templates, module: &NewModule) -> Result<Vec<NewModule>> {
    if module.fields.is_some() {
        return Ok(vec![module.clone()]);
    }
    let catalogue = Catalogue::read(templates)?;
    let name = module.name.as_str();
    if catalogue.get(name).is_none() {
        bail!(
            "the catalogue has no module `{name}`: see `cloudapp list modules`, or make your own of \
             fields, e.g. `cloudapp add module {name} --field 'title:string(100)'`"
        );
    }
    let names = catalogue.with_needs(&[name])?;
    let catalogue_module = |name: String| {
        Ok(NewModule {
            name: ModuleName::catalogue(&name, &Taken::default())?,
            fields: None,
            shard_by: None,
        })
    };
    names.into_iter().map(catalogue_module).collect()
}
