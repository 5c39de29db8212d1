//! The `cloudapp` command: spec → plan → tree → commit. `ARCHITECTURE.md` tells the story.
//!
//! # Layout
//! - [`cli`] what can be typed · [`command`] one command, one file · [`ui`] words on screen
//! - [`name`], [`field`], [`shard`], [`unit`](mod@unit), [`spec`], [`manifest`], [`catalogue`] what
//!   is asked for, as checked data
//! - [`plan`] spec + snapshot → changes, pure · [`render`] templates → text, pure
//! - [`apply`] the only writer · [`fs`] the only user of `std::fs` · [`app_dir`] the app in this
//!   folder
//! - [`cargo`] running cargo and the app · [`embed`] what the binary carries

pub mod app_dir;
pub mod apply;
pub mod cargo;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod command;
pub mod embed;
pub mod field;
pub mod fs;
pub mod manifest;
pub mod name;
pub mod plan;
pub mod render;
pub mod shard;
pub mod spec;
pub mod ui;
pub mod unit;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use serde_json::json;

use crate::command::Outcome;

/// Runs the command line `arguments` (the program's name first) and returns the exit code: 0 done,
/// 1 refused or failed with nothing written, 2 usage.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match cli::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody listens on the other end: nothing left to do about it.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let json = command::wants_json(&cli);
    match command::run(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Refused) => ExitCode::from(1),
        Ok(Outcome::Code(code)) => ExitCode::from(code),
        Err(error) => {
            let text = format!("{error:#}");
            if json {
                let _ = ui::answer_json(&json!({ "ok": false, "error": text }));
            }
            ui::message(&format!("error: {text}"));
            ExitCode::from(1)
        }
    }
}
