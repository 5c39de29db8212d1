//! `cloudapp add module`: the module's own folder, its test, the registries, the manifest.

use anyhow::{Result, bail};

use super::module_files::module_files;
use super::sync::check_registries;
use super::{Plan, Snapshot, pristine};
use crate::catalogue::Catalogue;
use crate::embed::Templates;
use crate::manifest;
use crate::name::{ModuleName, Taken};
use crate::render::registry;
use crate::spec::NewModule;

/// Plans to add `module`, and what it needs of the catalogue, to the app.
///
/// # Errors
/// The catalogue does not have it, a registry was edited, a file is in the way.
pub fn add_module(templates: &Templates, snapshot: &Snapshot, module: &NewModule) -> Result<Plan> {
    check_registries(snapshot)?;
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
        let generated = module_files(templates, &manifest.app, module)?;
        let copy = pristine::render(&generated)?;
        plan.put(snapshot, pristine::module_path(&name), copy);
        for (path, content) in generated {
            if snapshot.bytes(&path).is_some() {
                bail!("`{path}` is in the way of module `{name}`: move it, or choose another name");
            }
            plan.put(snapshot, path, content);
        }
        folders.push(name);
        manifest.insert(module.entry());
    }
    folders.sort();
    plan.put(snapshot, registry::MODULES, registry::modules(&folders));
    plan.put(snapshot, manifest::FILE, manifest.render()?);
    plan.notes
        .push("create its tables: `cloudapp migrate up`".to_owned());
    plan.notes.push("run its tests: `cargo test`".to_owned());
    Ok(plan.sorted())
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
        })
    };
    names.into_iter().map(catalogue_module).collect()
}
