//! A migration: a name, steps up, steps down.

use std::fmt;
use std::sync::Arc;

use sea_orm::DbBackend;

use super::action::{Action, Undo, as_written};
use super::error::MigrateError;
use super::inverse::inverse;
use super::render::render;
use super::shards::Shards;
use super::sql::normal::checksum;
use super::steps::{Step, Steps, Written};
use super::undoing::undoing;

type Build = Arc<dyn Fn(&mut Steps) + Send + Sync>;

/// A change of the schema, as data.
///
/// ```
/// use cloudapp_migrations::prelude::*;
///
/// let migration = Migration::new("note_0001_create", |steps| {
///     steps.create_table(
///         Table::create()
///             .table("note_tb")
///             .col(big_integer("id").primary_key())
///             .col(string_len("title", 100))
///             .col(date_time("created_at"))
///             .to_owned(),
///     );
///     let index = Index::create().name("idx_note_title").table("note_tb").col("title").to_owned();
///     steps.create_index(index);
/// });
/// let sql = migration.sql(DbBackend::Sqlite)?;
/// let down = sql.down.unwrap_or_default();
/// assert_eq!(down, ["DROP INDEX \"idx_note_title\"", "DROP TABLE \"note_tb\""]);
/// # Ok::<(), MigrateError>(())
/// ```
#[derive(Clone)]
pub struct Migration {
    name: &'static str,
    up: Build,
    down: Option<Build>,
}

impl fmt::Debug for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migration")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The statements of a migration on one kind of database; a Rust step shows as its label in
/// brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationSql {
    /// What `up` runs.
    pub up: Vec<String>,
    /// What `down` runs; `None` if the migration is irreversible.
    pub down: Option<Vec<String>>,
}

impl Migration {
    /// A migration whose `down` is derived: what its steps create, add and rename is undone in
    /// reverse. A step for which that is not possible needs [`Steps::undo`], or makes the migration
    /// irreversible. `name` is for ever: the history knows the migration by it. Begin it with the
    /// module's name.
    pub fn new(name: &'static str, build: impl Fn(&mut Steps) + Send + Sync + 'static) -> Self {
        Self {
            name,
            up: Arc::new(build),
            down: None,
        }
    }

    /// Gives explicit steps down for the whole migration. An empty list is fine: it is then undone
    /// without a statement. If they change rows, a half-applied migration (MySQL) must be finished
    /// before it can be undone; [`Steps::undo`] has no such limit.
    #[must_use]
    pub fn down(mut self, build: impl Fn(&mut Steps) + Send + Sync + 'static) -> Self {
        self.down = Some(Arc::new(build));
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its statements on `backend`.
    ///
    /// # Errors
    /// A step that `backend` cannot run.
    pub fn sql(&self, backend: DbBackend) -> Result<MigrationSql, MigrateError> {
        let rendered = Rendered::new(self, "", backend, &Shards::default())?;
        Ok(MigrationSql {
            up: rendered.up.iter().map(Action::text).collect(),
            down: rendered
                .down
                .ok()
                .map(|down| down.iter().map(|undo| undo.action.text()).collect()),
        })
    }
}

/// Migrations that belong together, in the order in which they were written: of the framework, of a
/// module, of the app.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Its name: `cloudapp`, the module's, or `app`.
    pub name: &'static str,
    /// Oldest first.
    pub migrations: Vec<Migration>,
}

impl Stream {
    /// A stream.
    #[must_use]
    pub fn new(name: &'static str, migrations: Vec<Migration>) -> Self {
        Self { name, migrations }
    }
}

/// A migration for one kind of database.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) name: &'static str,
    pub(crate) stream: &'static str,
    pub(crate) up: Vec<Action>,
    /// Or why it is irreversible.
    pub(crate) down: Result<Vec<Undo>, String>,
    pub(crate) checksum: String,
}

impl Rendered {
    pub(crate) fn new(
        migration: &Migration,
        stream: &'static str,
        backend: DbBackend,
        shards: &Shards,
    ) -> Result<Self, MigrateError> {
        let mut up = Vec::new();
        let mut down = Ok(Vec::new());
        for (index, written) in collect(&migration.up, backend).iter().enumerate() {
            let bad = |reason| bad_step(migration, index, reason);
            let step = index + 1;
            let actions = render(&written.step, backend, shards, (step, 0)).map_err(bad)?;
            let number = up.len() + 1;
            let Some(first) = actions.first() else {
                continue;
            };
            let undo = match &written.undo {
                Some(steps) => Ok(explicit(steps, step, shards, backend).map_err(bad)?),
                None => derived(&written.step, (number, step), first, shards, backend),
            };
            let undo = undo.map(|undo| undoing(number, &actions, undo));
            down = down.and_then(|after| undo.map(|undo| [undo, after].concat()));
            up.extend(actions);
        }
        if let Some(build) = &migration.down {
            let mut all = Vec::new();
            for (index, written) in collect(build, backend).iter().enumerate() {
                let bad = |reason| bad_step(migration, index, format!("(of `down`) {reason}"));
                let actions = render(&written.step, backend, shards, (index + 1, 0));
                let undo = |action| Undo {
                    action,
                    undoes: None,
                };
                all.extend(actions.map_err(bad)?.into_iter().map(undo));
            }
            down = Ok(all);
        }
        let written = up
            .iter()
            .map(|action| (action.part(), action.written(backend)));
        let written = as_written(written);
        Ok(Self {
            name: migration.name,
            stream,
            checksum: checksum(written.iter().map(String::as_str)),
            up,
            down,
        })
    }
}

fn collect(build: &Build, backend: DbBackend) -> Vec<Written> {
    let mut steps = Steps::new(backend);
    build(&mut steps);
    steps.into_steps()
}

fn bad_step(migration: &Migration, index: usize, reason: String) -> MigrateError {
    MigrateError::BadStep {
        migration: migration.name.to_owned(),
        step: index + 1,
        reason,
    }
}

/// What the author says undoes step `step`: a list for each statement.
fn explicit(
    steps: &[Step],
    step: usize,
    shards: &Shards,
    backend: DbBackend,
) -> Result<Vec<Vec<Action>>, String> {
    let lists = steps.iter().enumerate();
    lists
        .map(|(item, undo)| render(undo, backend, shards, (step, item)))
        .collect()
}

/// What undoes a step, told from the step itself. `at`: its number among the actions, and among the
/// author's steps.
fn derived(
    step: &Step,
    at: (usize, usize),
    action: &Action,
    shards: &Shards,
    backend: DbBackend,
) -> Result<Vec<Vec<Action>>, String> {
    let number = at.0;
    match (step, action) {
        (Step::Stock(_), stock) => Ok(vec![vec![stock.clone()]]),
        (Step::Sql(_) | Step::SqlFor(..) | Step::Data { .. }, action) => Err(format!(
            "only its author knows what undoes step {number}: {}",
            action.text()
        )),
        (_, Action::Sql(sql)) => {
            let part = sql.part.as_ref();
            let written = part.map_or(&sql.text, |part| &part.logical);
            let about = part.map(|part| part.table.as_str());
            let statements = inverse(written, backend)
                .ok_or_else(|| format!("step {number} loses what was there: {written}"))?;
            let expand =
                |(item, sql): (usize, &String)| shards.expand(sql, about, (at.1, item), backend);
            statements.iter().enumerate().map(expand).collect()
        }
        (_, Action::Data { .. } | Action::Stock { .. }) => Ok(Vec::new()),
    }
}
