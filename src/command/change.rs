//! What every command that changes an app does: lock, mend, plan, apply, tell, acknowledge.

use std::env;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::Outcome;
use crate::apply::{AppLock, CommandId, recover};
use crate::cli::Output;
use crate::plan::{Plan, Snapshot};
use crate::{app_dir, ui};

/// Changes the app in the current folder as `plan` says.
///
/// # Errors
/// There is no app, the plan is refused, or it can't be applied; nothing is written then.
pub(super) fn change_app(
    command: &str,
    spec: &str,
    output: &Output,
    plan: impl FnOnce(&Snapshot) -> Result<Plan>,
) -> Result<Outcome> {
    let root = app_root()?;
    if output.dry_run {
        recover(&root)?;
        let plan = plan(&app_dir::snapshot(&root)?)?;
        ui::show_plan(command, &plan, true, output.json)?;
        return Ok(Outcome::Done);
    }
    let id = CommandId::new(&format!("cloudapp {command}"), spec);
    let lock = AppLock::acquire(&root)?;
    let lock = match lock.resume(&id) {
        Ok(finished) => {
            ui::message("finished what an interrupted run of this command had begun");
            ui::show_plan(command, &Plan::default(), false, output.json)?;
            finished.acknowledge()?;
            return Ok(Outcome::Done);
        }
        Err(lock) => lock,
    };
    let plan = plan(&app_dir::snapshot(lock.root())?)?;
    if plan.changes.is_empty() {
        ui::show_plan(command, &plan, false, output.json)?;
        return Ok(Outcome::Done);
    }
    let done = lock.change_tree(&plan.changes, &id)?;
    ui::show_plan(command, &plan, false, output.json)?;
    done.acknowledge()?;
    Ok(Outcome::Done)
}

/// The root of the app that the current folder is in.
///
/// # Errors
/// There is none.
pub(super) fn app_root() -> Result<std::path::PathBuf> {
    app_dir::find(&current_folder()?)
}

/// The current folder.
///
/// # Errors
/// It was removed, or can't be reached.
pub(super) fn current_folder() -> Result<std::path::PathBuf> {
    env::current_dir().context("the current folder can't be found")
}

/// The templates option, as a part of a command's identity.
pub(super) fn templates_key(folder: Option<&Path>) -> String {
    folder
        .map(|folder| format!(" --templates {}", folder.display()))
        .unwrap_or_default()
}
