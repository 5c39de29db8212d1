//! `cloudapp remove job`, `cloudapp remove task`

use anyhow::Result;

use super::Outcome;
use super::change::change_app;
use crate::cli::RemoveUnitArgs;
use crate::name::shown;
use crate::plan;
use crate::unit::UnitKind;

pub(super) fn run(kind: UnitKind, arguments: &RemoveUnitArgs) -> Result<Outcome> {
    let word = kind.word();
    let spec = format!("remove {word} {}", arguments.name);
    let title = format!("remove {word} {}", shown(&arguments.name));
    change_app(&title, &spec, &arguments.output, |snapshot| {
        plan::remove_unit(snapshot, kind, &arguments.name)
    })
}
