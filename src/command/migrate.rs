//! `cloudapp migrate`: `new` is the generator's, everything else is the app's own command.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;

use super::change::{app_root, change_app, templates_key};
use super::{Outcome, templates};
use crate::cli::{MigrateArgs, NewMigrationArgs};
use crate::name::{ModuleName, Taken};
use crate::{app_dir, cargo, clock, plan};

pub(super) fn run(arguments: &MigrateArgs) -> Result<Outcome> {
    match arguments.arguments.first().map(String::as_str) {
        Some("new") => new(&arguments.arguments),
        Some("make") => {
            bail!("`cloudapp migrate make` is reserved; `cloudapp migrate new` makes an empty one")
        }
        _ => in_app(&arguments.arguments),
    }
}

/// Runs the app's own `migrate`, which takes this process's place.
fn in_app(arguments: &[String]) -> Result<Outcome> {
    let root = app_root()?;
    crate::apply::recover(&root)?;
    let name = app_dir::snapshot(&root)?.manifest.app.name;
    let binary = cargo::build(&root, &name)?;
    let error = cargo::clean_command(&binary, &root)
        .arg("migrate")
        .args(arguments)
        .exec();
    Err(error).with_context(|| format!("`{}` can't be run", binary.display()))
}

fn new(arguments: &[String]) -> Result<Outcome> {
    let own = arguments.iter().skip(1).map(OsString::from);
    let arguments = match NewMigrationArgs::try_parse_from(
        std::iter::once(OsString::from("cloudapp migrate new")).chain(own),
    ) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return Ok(Outcome::Code(if error.use_stderr() { 2 } else { 0 }));
        }
    };
    let templates = templates(&arguments.templates)?;
    let name = ModuleName::catalogue(&arguments.name, &Taken::default())?;
    let key = templates_key(arguments.templates.templates.as_deref());
    let spec = format!("migrate new {name}{key}");
    let stamp = clock::stamp()?;
    change_app(
        &format!("migrate new {name}"),
        &spec,
        &arguments.output,
        |snapshot| plan::new_migration(&templates, snapshot, &name, &stamp),
    )
}
