//! One command, one file: parse names, make the plan, apply it, say what happened.

mod add_module;
mod add_unit;
mod change;
mod completions;
mod doctor;
mod list_modules;
mod migrate;
mod new;
mod remove_module;
mod remove_unit;
mod run_app;
mod sync;

use anyhow::Result;

use crate::cli::{AddCommand, Cli, Command, ListCommand, RemoveCommand, TemplateArgs};
use crate::embed::Templates;
use crate::unit::UnitKind;

/// What a command ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done: exit code 0.
    Done,
    /// It has said itself what is wrong: exit code 1.
    Refused,
    /// The exit code of the app's binary.
    Code(u8),
}

/// Runs one command.
///
/// # Errors
/// Why it was refused, or what failed.
pub fn run(cli: Cli) -> Result<Outcome> {
    match cli.command {
        Command::New(arguments) => new::run(&arguments),
        Command::Add(AddCommand::Module(arguments)) => add_module::run(&arguments),
        Command::Add(AddCommand::Job(arguments)) => add_unit::run(UnitKind::Job, &arguments),
        Command::Add(AddCommand::Task(arguments)) => add_unit::run(UnitKind::Task, &arguments),
        Command::Remove(RemoveCommand::Module(arguments)) => remove_module::run(&arguments),
        Command::Remove(RemoveCommand::Job(arguments)) => {
            remove_unit::run(UnitKind::Job, &arguments)
        }
        Command::Remove(RemoveCommand::Task(arguments)) => {
            remove_unit::run(UnitKind::Task, &arguments)
        }
        Command::Sync(arguments) => sync::run(&arguments),
        Command::List(ListCommand::Modules { templates, json }) => {
            list_modules::run(&templates, json)
        }
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Completions { shell } => completions::run(shell),
    }
}

/// Whether the command was asked for JSON, which then also reports its failure.
#[must_use]
pub fn wants_json(cli: &Cli) -> bool {
    match &cli.command {
        Command::New(arguments) => arguments.output.json,
        Command::Add(AddCommand::Module(arguments)) => arguments.output.json,
        Command::Add(AddCommand::Job(arguments) | AddCommand::Task(arguments)) => {
            arguments.output.json
        }
        Command::Remove(RemoveCommand::Module(arguments)) => arguments.output.json,
        Command::Remove(RemoveCommand::Job(arguments) | RemoveCommand::Task(arguments)) => {
            arguments.output.json
        }
        Command::Sync(arguments) => arguments.output.json,
        Command::List(ListCommand::Modules { json, .. }) => *json,
        Command::Doctor(arguments) => arguments.json,
        Command::Migrate(_) | Command::Completions { .. } => false,
    }
}

fn templates(arguments: &TemplateArgs) -> Result<Templates> {
    match &arguments.templates {
        Some(folder) => Templates::with_overrides(folder),
        None => Ok(Templates::embedded()),
    }
}
