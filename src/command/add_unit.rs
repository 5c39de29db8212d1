//! `cloudapp add job`, `cloudapp add task`

use anyhow::Result;

use super::change::{change_app, templates_key};
use super::{Outcome, templates};
use crate::cli::AddUnitArgs;
use crate::name::{UnitName, shown};
use crate::plan;
use crate::unit::UnitKind;

pub(super) fn run(kind: UnitKind, arguments: &AddUnitArgs) -> Result<Outcome> {
    let templates = templates(&arguments.templates)?;
    let key = templates_key(arguments.templates.templates.as_deref());
    let word = kind.word();
    let spec = format!("add {word} {}{key}", arguments.name);
    let title = format!("add {word} {}", shown(&arguments.name));
    change_app(&title, &spec, &arguments.output, |snapshot| {
        plan::check_registries(snapshot)?;
        let name = UnitName::new(kind, &arguments.name, &snapshot.units(kind))?;
        plan::add_unit(&templates, snapshot, &name)
    })
}
