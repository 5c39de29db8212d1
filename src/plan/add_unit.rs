//! `cloudapp add job`, `cloudapp add task`: the unit's file, its tests, the registry, the manifest.

use anyhow::{Result, bail};

use super::sync::check_registries;
use super::{Plan, Snapshot, generated, pristine};
use crate::embed::Templates;
use crate::manifest;
use crate::name::UnitName;
use crate::render::{self, registry};
use crate::unit::UnitKind;

/// Plans to add a job, or a kind of task, to the app.
///
/// # Errors
/// The app has not the module that the kind needs, a registry was edited, a file is in the way.
pub fn add_unit(templates: &Templates, snapshot: &Snapshot, name: &UnitName) -> Result<Plan> {
    check_registries(snapshot)?;
    let kind = name.kind();
    check_needed_module(snapshot, kind)?;
    let mut plan = Plan::default();
    let mut manifest = snapshot.manifest.clone();
    let mut names = snapshot.units(kind);

    let context = render::context::unit(&manifest.app, name, next_number(snapshot))?;
    let files = render::render_unit(templates, kind.word(), &context)?;
    let what = format!("{} `{name}`", kind.word());
    let copy = pristine::unit_path(kind, name.as_str());
    generated::put(&mut plan, snapshot, &what, copy, files)?;
    names.push(name.to_string());
    names.sort();
    manifest.insert_unit(kind, name.to_string());
    plan.put(snapshot, kind.registry(), registry::units(kind, &names));
    plan.put(snapshot, manifest::FILE, manifest.render()?);

    if !snapshot.calls_registry(kind) {
        let plural = kind.plural();
        plan.notes.push(format!(
            "nothing calls the registry yet: `{plural}::register(&mut app);` in `src/app.rs`, and \
             `pub mod {plural};` in `src/lib.rs`"
        ));
    }
    plan.notes.push(format!(
        "write what it does: `{}`",
        kind.file(name.as_str())
    ));
    plan.notes.push(format!(
        "run its tests: `cargo test --test {name}_{}`",
        kind.word()
    ));
    Ok(plan.sorted())
}

/// A number that no kind of task in the app's code has. The framework's own end below 201.
fn next_number(snapshot: &Snapshot) -> u32 {
    const FIRST: u32 = 201;
    const MARK: &str = "NUMBER: i32 = ";
    let mut next = FIRST;
    for (path, _) in snapshot.below("src") {
        let text = snapshot.text(path).unwrap_or_default();
        let numbers = text.split(MARK).skip(1).filter_map(|rest| {
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
            digits.parse::<u32>().ok()
        });
        let after = numbers.max().and_then(|number| number.checked_add(1));
        next = next.max(after.unwrap_or(FIRST));
    }
    next
}

fn check_needed_module(snapshot: &Snapshot, kind: UnitKind) -> Result<()> {
    match kind.needs() {
        Some(module) if !snapshot.module_folders().iter().any(|name| name == module) => bail!(
            "{} need the module `{module}`, which this app does not have: run \
             `cloudapp add module {module}` first",
            kind.title()
        ),
        _ => Ok(()),
    }
}
