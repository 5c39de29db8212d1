//! The command line of an application's binary.
//!
//! Answers go to stdout, logs and messages to stderr. Exit codes: 0 done, 1 failed, 2 usage.

mod admin;
mod arguments;
mod asset;
mod bar;
mod check;
mod error;
mod migrate;
mod output;
mod routes;
mod seed;
mod serve;
mod shard;
mod worker;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use self::arguments::{Arguments, Command};
use self::error::CommandError;
use super::App;
use crate::config::Config;
use crate::telemetry;

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Done,
    /// It answered, and the answer is no: `check` found something.
    Found,
}

/// The whole command line of an application's binary: `serve`, `worker`, `migrate`, `seed`,
/// `admin`, `asset`, `check`, `routes`.
///
/// ```no_run
/// use cloudapp_runtime::app::App;
///
/// fn main() -> std::process::ExitCode {
///     cloudapp_runtime::run(App::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")))
/// }
/// ```
#[must_use]
pub fn run(app: App) -> ExitCode {
    run_from(app, std::env::args_os())
}

/// As [`run`], with arguments of the caller's; the first of them is the name of the program.
#[must_use]
pub fn run_from(app: App, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = Arguments::command().name(app.name()).version(app.version());
    let parsed = command
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nowhere to complain to when the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match start(&app, arguments.command) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::FAILURE,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn start(app: &App, command: Command) -> Result<Outcome, CommandError> {
    // `serve` and `worker` use every processor; for the others a second thread would only cost time.
    let mut runtime = match command {
        Command::Serve(_) | Command::Worker(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime
        .enable_all()
        .build()
        .map_err(CommandError::Runtime)?;
    runtime.block_on(dispatch(app, command))
}

async fn dispatch(app: &App, command: Command) -> Result<Outcome, CommandError> {
    match command {
        Command::Routes(options) => routes::run(app, options),
        // It reports a configuration that cannot be used itself.
        Command::Check(options) => check::run(app, options).await,
        Command::Serve(options) => {
            let mut config = configure()?;
            options.apply(&mut config.server);
            let runs_jobs = options.runs_jobs(config.environment);
            serve::run(app, config, runs_jobs).await
        }
        Command::Worker(options) => worker::run(app, configure()?, options).await,
        Command::Migrate(command) => migrate::run(app, configure()?, command).await,
        Command::Seed(command) => seed::run(app, configure()?, command).await,
        Command::Admin(command) => admin::run(app, configure()?, command).await,
        Command::Asset(command) => asset::run(app, configure()?, command).await,
    }
}

fn configure() -> Result<Config, CommandError> {
    let config = Config::of_process()?;
    telemetry::init(&config.log)?;
    Ok(config)
}
