//! The app's `Cargo.lock`: the tested one of the templates, with the app's own package put in.

use anyhow::{Context as _, Result};

const ENTRY: &str = "[[package]]\n";

/// Puts the package `name` with its direct dependencies into `base`.
///
/// # Errors
/// `base` is not a lock file.
pub fn app_lock(base: &str, name: &str, dependencies: &[&str]) -> Result<String> {
    let (head, packages) = base
        .split_once(ENTRY)
        .context("the lock file has no packages")?;
    let mut packages: Vec<&str> = packages.split(ENTRY).map(str::trim_end).collect();

    let mut dependencies = dependencies.to_vec();
    dependencies.sort_unstable();
    let lines: Vec<String> = dependencies
        .iter()
        .map(|name| format!(" {name:?},\n"))
        .collect();
    let own = format!(
        "name = {name:?}\nversion = \"0.1.0\"\ndependencies = [\n{}]",
        lines.concat()
    );
    let place = packages.partition_point(|package| package_name(package) < name);
    packages.insert(place, &own);

    Ok(format!(
        "{head}{ENTRY}{}\n",
        packages.join(&format!("\n\n{ENTRY}"))
    ))
}

/// Names of all packages in a lock file.
pub(crate) fn package_names(lock: &str) -> impl Iterator<Item = &str> {
    lock.split(ENTRY).skip(1).map(package_name)
}

fn package_name(entry: &str) -> &str {
    let line = entry.lines().next().unwrap_or_default();
    line.trim_start_matches("name = ").trim_matches('"')
}
