//! `new`, `add module`, `add job` and the way back, killed or starved at each call to the file system.
//!
//! strace counts the calls of an undisturbed run, then disturbs one call per run: a SIGKILL, or an
//! error in its place (ENOSPC, EACCES, EIO). Each time the tree must be as before or as after, the
//! same command must succeed when it is run again, and nothing may be left behind.
//!
//! `CLOUDAPP_CRASH_STRIDE=n` takes every n-th call; 1 takes all, which needs about half an hour.
#![cfg(test)]

#[path = "support/tree.rs"]
mod tree;

#[path = "crash/judge.rs"]
mod judge;
#[path = "crash/strace.rs"]
mod strace;
#[path = "crash/world.rs"]
mod world;

use anyhow::Result;

use judge::{Scenario, Start, disturb};

/// A module with a field of several types.
const ADD: &[&str] = &[
    "add",
    "module",
    "note",
    "--field",
    "title:string(100)",
    "--field",
    "size:int?",
];
const REMOVE: &[&str] = &["remove", "module", "note"];

const ADD_JOB: &[&str] = &["add", "job", "ship_order"];

#[test]
fn new() -> Result<()> {
    disturb(&Scenario {
        name: "new",
        setup: &[],
        folder: "",
        command: &["new", "shop"],
        reader: None,
        start: Start::Clean,
        thinning: 1,
    })
}

#[test]
fn new_below_missing_folders() -> Result<()> {
    disturb(&Scenario {
        name: "new, two folders deep",
        setup: &[],
        folder: "",
        command: &["new", "games/spring/shop", "--modules", "none"],
        reader: None,
        start: Start::Clean,
        thinning: 5,
    })
}

#[test]
fn new_in_an_empty_folder() -> Result<()> {
    disturb(&Scenario {
        name: "new, in an empty folder",
        setup: &[],
        folder: "empty-1",
        command: &["new", "."],
        reader: None,
        start: Start::Clean,
        thinning: 5,
    })
}

#[test]
fn new_after_a_kill() -> Result<()> {
    disturb(&Scenario {
        name: "new, again after a kill",
        setup: &[],
        folder: "",
        command: &["new", "shop"],
        reader: None,
        // Making folders is what only staging does, wherever the program runs.
        start: Start::KilledAt {
            syscall: "mkdir",
            number: 50,
        },
        thinning: 5,
    })
}

#[test]
fn add_module() -> Result<()> {
    disturb(&Scenario {
        name: "add module",
        setup: &[("", &["new", "shop"])],
        folder: "shop",
        command: ADD,
        reader: Some(&["sync", "--dry-run"]),
        start: Start::Clean,
        thinning: 1,
    })
}

#[test]
fn add_module_after_a_kill() -> Result<()> {
    disturb(&Scenario {
        name: "add module, again after a kill",
        setup: &[("", &["new", "shop"])],
        folder: "shop",
        command: ADD,
        reader: Some(&["sync", "--dry-run"]),
        start: Start::KilledAt {
            syscall: "rename",
            number: 13,
        },
        thinning: 3,
    })
}

#[test]
fn remove_module() -> Result<()> {
    disturb(&Scenario {
        name: "remove module",
        setup: &[("", &["new", "shop"]), ("shop", ADD)],
        folder: "shop",
        command: REMOVE,
        reader: Some(&["sync", "--dry-run"]),
        start: Start::Clean,
        thinning: 1,
    })
}

#[test]
fn add_job() -> Result<()> {
    disturb(&Scenario {
        name: "add job",
        setup: &[("", &["new", "shop"])],
        folder: "shop",
        command: ADD_JOB,
        reader: Some(&["sync", "--dry-run"]),
        start: Start::Clean,
        thinning: 2,
    })
}

#[test]
fn remove_job() -> Result<()> {
    disturb(&Scenario {
        name: "remove job",
        setup: &[("", &["new", "shop"]), ("shop", ADD_JOB)],
        folder: "shop",
        command: &["remove", "job", "ship_order"],
        reader: Some(&["sync", "--dry-run"]),
        start: Start::Clean,
        thinning: 4,
    })
}
