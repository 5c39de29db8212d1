//! The arguments of every command, as data.

use std::net::IpAddr;

use clap::{Args, Parser, Subcommand};

use crate::config::{CONCURRENCY_MAX, Environment, ServerConfig, is_queue_name};
use crate::db::Group;

#[derive(Debug, Parser)]
#[command(about = None, disable_help_subcommand = true, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Answer requests until SIGTERM or Ctrl-C
    Serve(ServeOptions),
    /// Run jobs and schedules, and pass events on, until SIGTERM or Ctrl-C
    Worker(WorkerOptions),
    /// Bring the databases to the schema of the code, or back
    Migrate(MigrateOptions),
    /// Fill the database with data to try the application with
    #[command(subcommand)]
    Seed(SeedCommand),
    /// Operators, who use the routes under /admin
    #[command(subcommand)]
    Admin(AdminCommand),
    /// The points ledger as a whole
    #[command(subcommand)]
    Asset(AssetCommand),
    /// Say whether configuration, databases and schema are as they should be
    Check(Json),
    /// List the routes
    Routes(Json),
}

/// How to print the answer.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Json {
    /// Print the answer as one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ServeOptions {
    /// Address to listen on, instead of `server.host`
    #[arg(long)]
    host: Option<IpAddr>,
    /// Port to listen on, instead of `server.port`; 0 takes a free one
    #[arg(long)]
    port: Option<u16>,
    /// Run jobs and schedules in this process too [default: in development only]
    #[arg(long, overrides_with = "without_worker")]
    with_worker: bool,
    /// Leave jobs and schedules to processes that run `worker`
    #[arg(long, overrides_with = "with_worker")]
    without_worker: bool,
}

#[derive(Debug, Default, Args)]
pub(super) struct WorkerOptions {
    /// Queue to work on, and how many of its jobs to run at once; may be repeated [default: all
    /// queues, as `[job.queues]` says]
    #[arg(long = "queue", value_name = "NAME[=N]", value_parser = queue)]
    pub(super) queues: Vec<(String, Option<u32>)>,
    /// Run jobs only: no schedules, no events passed on, no statistics counted
    #[arg(long)]
    pub(super) no_schedule: bool,
}

/// `mail=4` or `mail`.
fn queue(text: &str) -> Result<(String, Option<u32>), String> {
    let (name, count) = match text.split_once('=') {
        Some((name, count)) => (name, Some(count)),
        None => (text, None),
    };
    if !is_queue_name(name) {
        return Err("a queue is 1 to 64 letters, digits and `-_.`".to_owned());
    }
    let count = count.map(|count| match count.parse() {
        Ok(count @ 1..=CONCURRENCY_MAX) => Ok(count),
        _ => Err(format!("the number must be 1 to {CONCURRENCY_MAX}")),
    });
    Ok((name.to_owned(), count.transpose()?))
}

impl ServeOptions {
    /// Puts the arguments over the configuration.
    pub(super) fn apply(&self, config: &mut ServerConfig) {
        config.host = self.host.unwrap_or(config.host);
        config.port = self.port.unwrap_or(config.port);
    }

    /// Whether the process is to run jobs too.
    pub(super) fn runs_jobs(&self, environment: Environment) -> bool {
        let is_default = environment == Environment::Development;
        self.with_worker || (is_default && !self.without_worker)
    }
}

#[derive(Debug, Args)]
pub(super) struct MigrateOptions {
    /// Only the database of this table group [default: all; for `down` and `repair`: default]
    #[arg(long, global = true, value_enum)]
    pub(super) group: Option<Group>,
    #[command(subcommand)]
    pub(super) command: MigrateCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum MigrateCommand {
    /// Apply what is pending
    Up(Json),
    /// Undo the migrations applied last
    Down {
        /// How many
        #[arg(default_value_t = 1)]
        count: u32,
        #[command(flatten)]
        output: Json,
    },
    /// List all migrations and where they stand
    Status(Json),
    /// Drop everything in the database, then apply all migrations
    Fresh {
        /// Even in production
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        output: Json,
    },
    /// Say whether the database has the schema of the code; exit 1 if not
    Check(Json),
    /// Show applied migrations that were edited since, and mend the history
    Repair(RepairOptions),
    /// Move the rows of a sharded table to more or fewer physical tables, while the app runs
    Reshard(ReshardOptions),
    /// Show where the rows of the sharded tables are
    Shards(Json),
}

#[derive(Debug, Args)]
pub(super) struct RepairOptions {
    /// Accept the edited text as what was applied
    #[arg(long)]
    pub(super) yes: bool,
    /// Forget this applied migration, whose code is gone; what it made stays
    #[arg(long, value_name = "NAME")]
    pub(super) forget: Vec<String>,
    /// The step at which this migration was interrupted did take effect
    #[arg(long, value_name = "NAME")]
    pub(super) step_done: Option<String>,
    /// The step at which this migration was interrupted did not take effect
    #[arg(long, value_name = "NAME", conflicts_with = "step_done")]
    pub(super) step_again: Option<String>,
    #[command(flatten)]
    pub(super) output: Json,
}

#[derive(Debug, Args)]
pub(super) struct ReshardOptions {
    /// The logical table, e.g. `user_asset_tb`
    pub(super) table: String,
    /// Number of physical tables to arrive at; a `compat` table comes to slots by it
    #[arg(long, required_unless_present = "abort")]
    pub(super) to: Option<u16>,
    /// Move back what was moved, and forget the rest
    #[arg(long, conflicts_with = "to")]
    pub(super) abort: bool,
    #[command(flatten)]
    pub(super) output: Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum SeedCommand {
    /// The demo campaign: tenant `demo` with an operator `admin`
    Demo {
        /// Even in production
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        output: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Make an operator; the password is read from CLOUDAPP_ADMIN_PASSWORD or one line of stdin
    Create {
        /// Name to log in with
        user: String,
        /// Tenant; default `tenant.default_app_id`
        #[arg(long)]
        app_id: Option<String>,
        /// Permission such as `note.read`, `note.*` or `*`; may be repeated; default `*`
        #[arg(long = "permission", value_name = "PATTERN")]
        permissions: Vec<String>,
        #[command(flatten)]
        output: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum AssetCommand {
    /// Compare every balance with its journal, and every journal with its hashes; exit 1 if
    /// anything differs
    Verify {
        /// Most findings to list; all are counted
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        output: Json,
    },
    /// Write down what a day made of every balance; may be done again
    Inventory {
        /// Day in the tenant's time zone, e.g. 20260131 [default: yesterday]
        #[arg(long, value_name = "YYYYMMDD")]
        day: Option<i32>,
        #[command(flatten)]
        output: Json,
    },
    /// Take away what has expired
    Expire {
        #[command(flatten)]
        output: Json,
    },
}
