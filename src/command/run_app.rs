//! `cloudapp new --run`: from nothing to a running app.

use std::os::unix::process::CommandExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::Outcome;
use crate::{cargo, ui};

/// Builds the app, creates its tables, seeds the demo and serves it; returns only when that fails.
///
/// # Errors
/// The app does not build, or one of the steps fails.
pub(super) fn run_app(root: &Path, name: &str) -> Result<Outcome> {
    ui::message("building the app (about two minutes the first time)");
    let binary = cargo::build(root, name)?;
    step(&binary, root, "creating its tables", &["migrate", "up"])?;
    step(
        &binary,
        root,
        "seeding the demo campaign",
        &["seed", "demo"],
    )?;

    let port = std::env::var("CLOUDAPP__SERVER__PORT").unwrap_or_else(|_| "8080".to_owned());
    let url = format!("http://127.0.0.1:{port}");
    ui::answer(&format!(
        "\n{name} is starting on {url} (Ctrl-C stops it). The API document is at {url}/docs\n\n\
         curl -s {url}/health/ready\n\
         curl -s {url}/client/login -H 'content-type: application/json' \\\n  \
         -d '{{\"app_id\": \"demo\", \"platform\": \"dev\", \"code\": \"alice\"}}'\n\
         curl -s {url}/client/me -H \"authorization: Bearer $TOKEN\"    # TOKEN from the login\n\n"
    ))?;
    // The app takes this process's place, so that signals and the exit code are its own.
    let error = cargo::clean_command(&binary, root).arg("serve").exec();
    Err(error).with_context(|| format!("`{}` can't be run", binary.display()))
}

fn step(binary: &Path, root: &Path, what: &str, arguments: &[&str]) -> Result<()> {
    ui::message(what);
    let status = cargo::clean_command(binary, root)
        .args(arguments)
        .status()
        .with_context(|| format!("`{}` can't be run", binary.display()))?;
    if !status.success() {
        bail!("{what} failed; the messages above say why");
    }
    Ok(())
}
