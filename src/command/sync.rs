//! `cloudapp sync`

use anyhow::Result;

use super::Outcome;
use super::change::change_app;
use crate::cli::SyncArgs;
use crate::plan;

pub(super) fn run(arguments: &SyncArgs) -> Result<Outcome> {
    let spec = if arguments.force {
        "sync --force"
    } else {
        "sync"
    };
    change_app("sync", spec, &arguments.output, |snapshot| {
        plan::sync(snapshot, arguments.force)
    })
}
