//! What can go wrong, each with the way out.

use sea_orm::DbErr;

/// An error of the migration engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The database refused something that is not a step of a migration.
    #[error("{doing}: {source}")]
    Database {
        /// What the engine was doing.
        doing: &'static str,
        /// The answer of the database.
        source: DbErr,
    },
    /// The crate was built without this database.
    #[error("this build has no support for {backend}: enable the feature `{backend}`")]
    NotBuilt {
        /// Feature that is missing.
        backend: &'static str,
    },
    /// Two migrations bear one name.
    #[error(
        "two migrations are named `{name}` (streams `{first}` and `{second}`): rename the newer one"
    )]
    DuplicateName {
        /// The name.
        name: String,
        /// Stream of the first one.
        first: String,
        /// Stream of the second one.
        second: String,
    },
    /// A name that cannot be used.
    #[error(
        "`{name}` cannot name a migration: use 1 to 190 ASCII letters, digits, `_`, `-` or `.`"
    )]
    BadName {
        /// The name.
        name: String,
    },
    /// A step that this database cannot run, found before anything ran.
    #[error("migration `{migration}`, step {step}: {reason}")]
    BadStep {
        /// The migration.
        migration: String,
        /// The step, counted from 1.
        step: usize,
        /// What is wrong and what to write instead.
        reason: String,
    },
    /// The database refused a step.
    #[error(
        "migration `{migration}` failed at step {step} of {steps}: {source}\n  in: {sql}\n  \
         {way_out}"
    )]
    Step {
        /// The migration.
        migration: String,
        /// The step, counted from 1.
        step: usize,
        /// Number of steps.
        steps: usize,
        /// The statement, or the label of a Rust step.
        sql: String,
        /// The answer of the database.
        source: Box<DbErr>,
        /// What state that leaves, and what to do.
        way_out: &'static str,
    },
    /// Applied migrations were edited.
    #[error(
        "edited after they were applied: {}. Undo the edit and write a new migration; or, if the \
         database already looks \
         as the edited ones say, accept them: `migrate repair` shows the difference, `migrate \
         repair --yes` accepts it",
        list(.names)
    )]
    Modified {
        /// Their names.
        names: Vec<String>,
    },
    /// A step was interrupted and nothing tells whether it took effect.
    #[error(
        "migration `{migration}` was interrupted during step {step}, and it cannot be seen \
         whether that took effect:\n  {sql}\n  \
         Look for yourself, then say which: `migrate repair --step-done {migration}` or `migrate \
         repair --step-again {migration}`"
    )]
    Unclear {
        /// The migration.
        migration: String,
        /// The step, counted from 1.
        step: usize,
        /// The statement.
        sql: String,
    },
    /// What a step would make was there before it ran.
    #[error(
        "migration `{migration}`, step {step}: its effect is already in the database, though the \
         step never ran:\n  {sql}\n  \
         Something else made it. Drop or rename that, or guard the step with IF [NOT] EXISTS; \
         then run `migrate` again"
    )]
    AlreadyThere {
        /// The migration.
        migration: String,
        /// The step, counted from 1.
        step: usize,
        /// The statement.
        sql: String,
    },
    /// A migration that cannot be undone.
    #[error(
        "migration `{migration}` cannot be undone: {reason}. Nothing was changed. Say what undoes \
         it (`undo`, `down`), or restore a backup"
    )]
    Irreversible {
        /// The migration.
        migration: String,
        /// Why not.
        reason: String,
    },
    /// The history needs code that this build does not hold.
    #[error(
        "migration `{migration}` needs its code for {needed}, and this build does not hold it: \
         run the version of the app that applied it"
    )]
    CodeMissing {
        /// The migration.
        migration: String,
        /// What it is needed for.
        needed: String,
    },
    /// Somebody else migrates for too long.
    #[error(
        "gave up after {waited_s} s: another process is migrating this database{}. Wait for it, \
         or stop it \
         (its lock is freed with its connection); then run `migrate` again",
        held_by(.holder)
    )]
    LockTimeout {
        /// Seconds waited.
        waited_s: u64,
        /// Who holds the lock, if the database tells.
        holder: Option<String>,
    },
    /// The history changed between two looks at it.
    #[error(
        "the history of `{migration}` changed meanwhile: another process is at work. Look at \
         `migrate status` and run the command again"
    )]
    ChangedMeanwhile {
        /// The migration.
        migration: String,
    },
    /// No such migration in the history.
    #[error("no migration named `{name}` {what}: `migrate status` lists them")]
    Unknown {
        /// The name asked for.
        name: String,
        /// What it should have been.
        what: &'static str,
    },
    /// A table cannot be sharded as it is declared.
    #[error("`{table}` cannot be sharded so: {reason}")]
    BadShard {
        /// The sharded table.
        table: String,
        /// What is wrong.
        reason: String,
    },
    /// A sharded table is being moved between its physical tables.
    #[error(
        "a reshard of `{table}` is under way: finish or abort it first (`migrate reshard {table}`, \
         or with `--abort`); then run `migrate` again"
    )]
    Moving {
        /// The sharded table.
        table: String,
    },
    /// The layout of a sharded table holds something that this version did not write.
    #[error(
        "the layout of the sharded table `{table}` cannot be read ({reason}): was it written by \
         a newer version, or edited?"
    )]
    BadLayout {
        /// The sharded table.
        table: String,
        /// What is wrong.
        reason: String,
    },
    /// The history holds something that this engine did not write.
    #[error(
        "the history of migration `{migration}` cannot be read ({reason}): was it written by a \
         newer version, or edited?"
    )]
    BadHistory {
        /// The migration.
        migration: String,
        /// What is wrong.
        reason: String,
    },
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn held_by(holder: &Option<String>) -> String {
    holder
        .as_ref()
        .map(|holder| format!(" ({holder})"))
        .unwrap_or_default()
}

/// Names what the engine was doing when the database refused.
pub(crate) trait Doing<T> {
    /// Wraps the error.
    fn doing(self, doing: &'static str) -> Result<T, MigrateError>;
}

impl<T> Doing<T> for Result<T, DbErr> {
    fn doing(self, doing: &'static str) -> Result<T, MigrateError> {
        self.map_err(|source| MigrateError::Database { doing, source })
    }
}
