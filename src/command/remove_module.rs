//! `cloudapp remove module`

use anyhow::Result;

use super::change::{change_app, templates_key};
use super::{Outcome, templates};
use crate::cli::RemoveModuleArgs;
use crate::plan;

pub(super) fn run(arguments: &RemoveModuleArgs) -> Result<Outcome> {
    let templates = templates(&arguments.templates)?;
    let key = templates_key(arguments.templates.templates.as_deref());
    let spec = format!("remove module {}{key}", arguments.name);
    let title = format!("remove module {}", crate::name::shown(&arguments.name));
    change_app(&title, &spec, &arguments.output, |snapshot| {
        plan::remove_module(&templates, snapshot, &arguments.name)
    })
}
