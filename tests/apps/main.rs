//! Generated apps, made by the real binary: they are clean, their tests pass, they start, answer,
//! stop and refuse to start as they should.
//!
//! Everything lies in `apps/` below the target folder: each app has a place of its own that stays,
//! and all share one target folder, so that a second run compiles only what changed. The tests take
//! turns, because each of them would use every processor alone.
#![cfg(test)]

#[path = "../support/tree.rs"]
mod tree;

mod app;
mod boot;
mod clean;
mod commands;
mod databases;
mod envelope;
mod first_run;
mod ground;
mod hooks;
mod http;
mod openapi;
mod process;
mod refusals;
mod request_files;
mod routes;
mod server;
mod sets;
mod specs;
