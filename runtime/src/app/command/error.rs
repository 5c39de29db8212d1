//! Why a command could not do its work.

use crate::app::StartError;
use crate::config::ConfigError;
use crate::db::{DatabaseError, Group};
use crate::error::AppError;
use crate::http::ServeError;
use crate::migrate::MigrateError;
use crate::shard::reshard::ReshardError;

#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Reshard(#[from] ReshardError),
    #[error("table `{table}` is not sharded; there are: {known}")]
    NotSharded { table: String, known: String },
    #[error(
        "table `{table}` is in the database of group `{group}`: leave --group out, or name that"
    )]
    OtherGroup { table: String, group: Group },
    #[error("no module of this app has the ledger: `cloudapp add module asset`")]
    NoLedger,
    #[error("cannot start threads: {0}")]
    Runtime(std::io::Error),
    #[error("{doing}: {}", error.detail())]
    App { doing: String, error: AppError },
    #[error("`{command}` is refused in production; add --force if you mean it")]
    Production { command: &'static str },
    #[error("no password: set CLOUDAPP_ADMIN_PASSWORD, or write one line to stdin")]
    NoPassword,
    #[error("cannot read the password from stdin: {0}")]
    Stdin(std::io::Error),
    #[error("cannot write the answer as JSON: {0}")]
    Json(#[from] serde_json::Error),
}
