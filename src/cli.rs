//! The command line: types only. What each command does stands in `command/`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::manifest::{Database, RuntimeSource};

/// Generates back ends for marketing campaigns: an app, its modules, their schema.
#[derive(Debug, Parser)]
#[command(name = "cloudapp", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Generate a new app
    New(NewArgs),
    /// Add something to the app in this folder
    #[command(subcommand)]
    Add(AddCommand),
    /// Take something out of the app in this folder
    #[command(subcommand)]
    Remove(RemoveCommand),
    /// Write the registries again, from the manifest and the folders
    Sync(SyncArgs),
    /// List what there is
    #[command(subcommand)]
    List(ListCommand),
    /// Run or make migrations of the app in this folder (builds it first if needed)
    Migrate(MigrateArgs),
    /// Check the toolchain, the app in this folder, its configuration and its database
    Doctor(DoctorArgs),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// How a writing command shows what it does.
#[derive(Clone, Debug, Default, Args)]
pub struct Output {
    /// Print the plan as a diff and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// Which templates a writing command renders.
#[derive(Clone, Debug, Default, Args)]
pub struct TemplateArgs {
    /// A folder whose files shadow the built-in templates of the same name
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
}

/// `cloudapp new`
#[derive(Debug, Args)]
pub struct NewArgs {
    /// Folder of the new app: absent or empty
    pub path: PathBuf,
    /// Name of the package and the binary [default: the folder's name]
    #[arg(long)]
    pub name: Option<String>,
    /// Database of the default configuration
    #[arg(long, value_enum, default_value = "sqlite")]
    pub database: Database,
    /// Modules of the catalogue: `minimal`, `campaign`, `all`, `none`, or a comma-separated list of
    /// modules and these [default: campaign]
    #[arg(long, value_name = "LIST")]
    pub modules: Option<String>,
    /// Where the runtime comes from: vendored, registry, path=FOLDER, git=URL#REVISION
    #[arg(long, value_name = "SOURCE", default_value = "vendored")]
    pub runtime: RuntimeSource,
    /// Sharded tables of the framework and in how many tables each is: `user_asset_tb=4,…`
    #[arg(long, value_name = "TABLE=COUNT", value_delimiter = ',')]
    pub shard: Vec<String>,
    /// Then build it, migrate, seed the demo campaign and serve it
    #[arg(long, conflicts_with_all = ["dry_run", "json"])]
    pub run: bool,
    /// Allow a folder inside another Cargo project
    #[arg(long)]
    pub allow_nested: bool,
    /// Which templates
    #[command(flatten)]
    pub templates: TemplateArgs,
    /// How to show it
    #[command(flatten)]
    pub output: Output,
}

/// `cloudapp add`
#[derive(Debug, Subcommand)]
pub enum AddCommand {
    /// Add a module: from the catalogue, or a custom one made of fields
    Module(AddModuleArgs),
    /// Add a job: work that is done in the background, with its tests
    Job(AddUnitArgs),
    /// Add a kind of task that the app's own code decides on, with its tests
    Task(AddUnitArgs),
}

/// `cloudapp add module`
#[derive(Debug, Args)]
pub struct AddModuleArgs {
    /// Its name, in snake case and singular: `note`, `gift_card`
    pub name: String,
    /// A field of a custom module: `name:type[(len)][!][?][=default][:unique][:index]`
    ///
    /// Types: string text int bigint decimal bool date datetime json uuid; `!` required (the
    /// default), `?` nullable.
    #[arg(long = "field", value_name = "SPEC", allow_hyphen_values = true)]
    pub fields: Vec<String>,
    /// Shard its table by a column: `user_id`, `app_id`, or a field of the module
    ///
    /// The field must be required, and an int, bigint, string or uuid.
    #[arg(long, value_name = "COLUMN")]
    pub shard_by: Option<String>,
    /// Which templates
    #[command(flatten)]
    pub templates: TemplateArgs,
    /// How to show it
    #[command(flatten)]
    pub output: Output,
}

/// `cloudapp add job`, `cloudapp add task`
#[derive(Debug, Args)]
pub struct AddUnitArgs {
    /// Its name, in snake case: `ship_order`, `visit_shop`
    pub name: String,
    /// Which templates
    #[command(flatten)]
    pub templates: TemplateArgs,
    /// How to show it
    #[command(flatten)]
    pub output: Output,
}

/// `cloudapp remove`
#[derive(Debug, Subcommand)]
pub enum RemoveCommand {
    /// Remove a generated module; refused when its files were edited
    Module(RemoveModuleArgs),
    /// Remove a generated job; refused when its files were edited
    Job(RemoveUnitArgs),
    /// Remove a generated kind of task; refused when its files were edited
    Task(RemoveUnitArgs),
}

/// `cloudapp remove module`
#[derive(Debug, Args)]
pub struct RemoveModuleArgs {
    /// Its name
    pub name: String,
    /// Which templates
    #[command(flatten)]
    pub templates: TemplateArgs,
    /// How to show it
    #[command(flatten)]
    pub output: Output,
}

/// `cloudapp remove job`, `cloudapp remove task`
#[derive(Debug, Args)]
pub struct RemoveUnitArgs {
    /// Its name
    pub name: String,
    /// How to show it
    #[command(flatten)]
    pub output: Output,
}

/// `cloudapp sync`
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Also give up lines that somebody wrote into a registry
    #[arg(long)]
    pub force: bool,
    /// How to show it
    #[command(flatten)]
    pub output: Output,
}

/// `cloudapp list`
#[derive(Debug, Subcommand)]
pub enum ListCommand {
    /// List the modules of the catalogue
    Modules {
        /// Which templates
        #[command(flatten)]
        templates: TemplateArgs,
        /// Print one JSON object on stdout
        #[arg(long)]
        json: bool,
    },
}

/// `cloudapp migrate`
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct MigrateArgs {
    /// `new <name>` makes a migration; everything else goes to the app: up, down, status,
    /// fresh, check, repair, shards, reshard TABLE --to COUNT
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENTS"
    )]
    pub arguments: Vec<String>,
}

/// `cloudapp migrate new`
#[derive(Debug, Parser)]
#[command(name = "cloudapp migrate new")]
pub struct NewMigrationArgs {
    /// What it does, in snake case: `add_colour_to_note`
    pub name: String,
    /// Which templates
    #[command(flatten)]
    pub templates: TemplateArgs,
    /// How to show it
    #[command(flatten)]
    pub output: Output,
}

/// `cloudapp doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Print one JSON object on stdout
    #[arg(long)]
    pub json: bool,
}
