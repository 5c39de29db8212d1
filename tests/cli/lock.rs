//! The lock files that cargo does not look after by itself are those that it would write: that of a
//! generated app, and that of the crate beside the workspace.

use std::process::Command;

use crate::sandbox::{Sandbox, run};

/// With `UPDATE_LOCK=1` the template is written again, from this workspace's own lock file.
#[test]
fn it_is_current() {
    let sandbox = Sandbox::with_app(&[]);
    let metadata = |options: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(sandbox.path("shop"))
            .args(["metadata", "--format-version", "1"])
            .args(options);
        run(cargo)
    };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_LOCK").is_some() {
        std::fs::copy(root.join("Cargo.lock"), sandbox.path("shop/Cargo.lock")).unwrap();
        metadata(&[]).ok();
        let lock = sandbox.read("shop/Cargo.lock");
        let packages = lock.split("[[package]]\n");
        let others: Vec<&str> = packages
            .filter(|package| !package.starts_with("name = \"shop\""))
            .collect();
        let template = root.join("templates/app/Cargo.lock");
        std::fs::write(template, others.join("[[package]]\n")).unwrap();
        return;
    }
    let answer = metadata(&["--locked"]);
    assert_eq!(
        answer.code, 0,
        "run `UPDATE_LOCK=1 cargo test --test cli lock`, then build again: {}",
        answer.err
    );

    let version_of = |lock: &str, name: &str| {
        let entry = lock.split_once(&format!("name = \"{name}\"\n"));
        entry.map(|(_, rest)| rest.lines().next().unwrap_or_default().to_owned())
    };
    let ours = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
    let theirs = sandbox.read("shop/Cargo.lock");
    for name in ["axum", "sea-orm", "sqlx-core", "tokio", "utoipa"] {
        assert_eq!(version_of(&ours, name), version_of(&theirs, name), "{name}");
    }
}

/// With `UPDATE_LOCK=1` it is brought up to date.
#[test]
fn that_of_the_benchmark_of_jobs_is_current() {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["metadata", "--format-version", "1"])
        .args(["--manifest-path", "bench/jobs/Cargo.toml"]);
    if std::env::var_os("UPDATE_LOCK").is_none() {
        cargo.arg("--locked");
    }
    let answer = run(cargo);
    assert_eq!(
        answer.code, 0,
        "run `UPDATE_LOCK=1 cargo test --test cli lock`: {}",
        answer.err
    );
}
