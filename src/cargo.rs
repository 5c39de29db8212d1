//! Running cargo and the app's own binary, for the commands that are about running the app.
//!
//! Cargo started from inside another cargo (`cargo run`, a test, a build script) inherits variables
//! that make build scripts rebuild half the graph, so every `CARGO_*` and `RUST*` variable is taken
//! away. Only the two that say where the toolchain is installed stay.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

const KEPT: [&str; 2] = ["CARGO_HOME", "RUSTUP_HOME"];

const NO_CARGO: &str =
    "`cargo` can't be run: install Rust from https://rustup.rs and put it on the PATH";

/// A command whose environment carries nothing of a surrounding cargo.
#[must_use]
pub fn clean_command(program: impl AsRef<Path>, folder: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(folder);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let foreign = text.starts_with("CARGO_") || text.starts_with("RUST") || text == "CARGO";
        if foreign && !KEPT.contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
}

/// Builds the app (progress goes to stderr) and returns the path of its binary.
///
/// # Errors
/// There is no cargo, or the app does not compile.
pub fn build(root: &Path, name: &str) -> Result<PathBuf> {
    let output = clean_command("cargo", root)
        .args([
            "build",
            "--bin",
            name,
            "--message-format",
            "json-render-diagnostics",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context(NO_CARGO)?
        .wait_with_output()?;
    if !output.status.success() {
        bail!("the app does not build; the messages above say why");
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let executable = lines.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == name;
        is_it
            .then(|| message["executable"].as_str().map(PathBuf::from))
            .flatten()
    });
    executable.with_context(|| format!("cargo built no binary `{name}`"))
}

/// The app's binary if it has been built already.
///
/// # Errors
/// There is no cargo, or the app's `Cargo.toml` is broken.
pub fn built_binary(root: &Path, name: &str) -> Result<Option<PathBuf>> {
    let output = clean_command("cargo", root)
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .stdin(Stdio::null())
        .output()
        .context(NO_CARGO)?;
    if !output.status.success() {
        bail!(
            "{}",
            String::from_utf8_lossy(&output.stderr).trim().to_owned()
        );
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let target = metadata["target_directory"]
        .as_str()
        .context("cargo names no target folder")?;
    let candidates = ["debug", "release"].map(|profile| Path::new(target).join(profile).join(name));
    Ok(candidates.into_iter().find(|path| path.is_file()))
}

/// The version of the toolchain that builds the app.
///
/// # Errors
/// There is no cargo.
pub fn version(root: &Path) -> Result<String> {
    let output = clean_command("cargo", root)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .context(NO_CARGO)?;
    if !output.status.success() {
        bail!(
            "{}",
            String::from_utf8_lossy(&output.stderr).trim().to_owned()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
