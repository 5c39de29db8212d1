//! Runs the steps of one migration, in one direction.
//!
//! Where the schema is transactional, all of them and the history row are one transaction.
//! Elsewhere (MySQL; PostgreSQL outside of transactions) each step is journalled: begun, run, done.
//! A run that finds a step begun and not done looks into the database whether it took effect.

use std::time::Instant;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, TransactionTrait};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::action::{Action, Sql};
use super::error::{Doing, MigrateError};
use super::history::{self, Mark};
use super::lock::is_refusal;
use super::probe::{Presence, presence};
use super::report::{Direction, Event, Phase};
use super::session::Session;
use super::sql::{Class, Reading, read};

const DOING_PROBE: &str = "looking at the schema";

/// The steps of a migration in one direction.
pub(crate) struct Work<'a> {
    pub(crate) migration: &'a str,
    pub(crate) direction: Direction,
    pub(crate) actions: Vec<Action>,
    /// Steps that an earlier run did.
    pub(crate) done: usize,
    /// The next step was begun by an earlier run.
    pub(crate) in_flight: bool,
    /// Undoing a half-applied migration: what is not there need not be undone.
    pub(crate) lenient: bool,
}

impl Work<'_> {
    pub(crate) fn started(&self, session: &Session<'_>) {
        session.options.emit(&Event::Started {
            migration: self.migration,
            direction: self.direction,
            done: self.done,
            steps: self.actions.len(),
        });
    }

    pub(crate) fn finished(&self, session: &Session<'_>, begun: Instant) {
        session.options.emit(&Event::Finished {
            migration: self.migration,
            direction: self.direction,
            took: begun.elapsed(),
        });
    }

    fn tell(&self, session: &Session<'_>, index: usize, phase: Phase) {
        let text = self
            .actions
            .get(index)
            .map(Action::text)
            .unwrap_or_default();
        session.options.emit(&Event::Step {
            migration: self.migration,
            direction: self.direction,
            step: index + 1,
            steps: self.actions.len(),
            phase,
            sql: &text,
        });
    }

    fn failed(&self, index: usize, source: DbErr, way_out: &'static str) -> MigrateError {
        MigrateError::Step {
            migration: self.migration.to_owned(),
            step: index + 1,
            steps: self.actions.len(),
            sql: self
                .actions
                .get(index)
                .map(Action::text)
                .unwrap_or_default(),
            source: Box::new(source),
            way_out,
        }
    }

    fn done_mark(&self, index: usize) -> Mark<'static> {
        match self.direction {
            Direction::Up => Mark::Step(index + 1),
            Direction::Down => Mark::Undone(index + 1),
        }
    }

    /// Runs all steps inside of the open transaction. The caller writes the history and commits.
    pub(crate) async fn run_in_transaction(
        &self,
        session: &Session<'_>,
    ) -> Result<(), MigrateError> {
        const WAY_OUT: &str = "All of this migration was rolled back. Mend it, or the data that \
            it trips over, and run `migrate` again.";
        for (index, action) in self.actions.iter().enumerate() {
            self.tell(session, index, Phase::Announced);
            let handle = session.handle()?;
            let ran = match action {
                Action::Sql(sql) => handle.execute_unprepared(&sql.text).await.map(|_| ()),
                Action::Data { run, .. } => run(handle).await,
                Action::Stock { migration, .. } => {
                    stock(
                        &SchemaManager::new(handle),
                        migration.as_ref(),
                        self.direction,
                    )
                    .await
                }
            };
            ran.map_err(|error| self.failed(index, error, WAY_OUT))?;
            self.tell(session, index, Phase::Executed);
        }
        session.options.emit(&Event::Committing {
            migration: self.migration,
        });
        Ok(())
    }

    /// Runs the steps that are left, each with its journal entry. The row of the migration must be
    /// there.
    pub(crate) async fn run_journalled(
        &self,
        session: &mut Session<'_>,
    ) -> Result<(), MigrateError> {
        for (index, action) in self.actions.iter().enumerate().skip(self.done) {
            let in_flight = self.in_flight && index == self.done;
            match action {
                Action::Sql(Sql { text: sql, .. }) => {
                    let reading = read(sql, session.backend);
                    if reading.class == Class::Rows {
                        self.run_rows(session, index, action).await?;
                    } else if self
                        .must_run(session, index, sql, &reading, in_flight)
                        .await?
                    {
                        self.run_schema(session, index, sql).await?;
                    }
                }
                Action::Data { .. } => self.run_rows(session, index, action).await?,
                Action::Stock { .. } => self.run_stock(session, index, action).await?,
            }
        }
        Ok(())
    }

    /// Whether a statement is still to be run; records it as done if not.
    async fn must_run(
        &self,
        session: &mut Session<'_>,
        index: usize,
        sql: &str,
        reading: &Reading,
        in_flight: bool,
    ) -> Result<bool, MigrateError> {
        let handle = session.handle()?;
        match reading.class {
            Class::Opaque if in_flight => return Err(unclear(self.migration, index, sql)),
            Class::Schema => {}
            Class::Rows | Class::Repeatable | Class::Opaque => return Ok(true),
        }
        let present = presence(handle, &reading.effects)
            .await
            .doing(DOING_PROBE)?;
        match (present, in_flight) {
            (Presence::All, true) => {}
            (Presence::All, false) if self.lenient => {}
            (Presence::All, false) if !reading.guarded => {
                return Err(MigrateError::AlreadyThere {
                    migration: self.migration.to_owned(),
                    step: index + 1,
                    sql: sql.to_owned(),
                });
            }
            (Presence::Some, true) => return Err(unclear(self.migration, index, sql)),
            (Presence::None, true) => {
                drop_unfinished_index(session, reading).await?;
                return Ok(true);
            }
            (Presence::All | Presence::Some | Presence::None, false) => return Ok(true),
        }
        history::mark(handle, self.migration, self.done_mark(index)).await?;
        self.tell(session, index, Phase::Recorded);
        Ok(false)
    }

    async fn run_schema(
        &self,
        session: &mut Session<'_>,
        index: usize,
        sql: &str,
    ) -> Result<(), MigrateError> {
        let handle = session.handle()?;
        self.tell(session, index, Phase::Announced);
        history::mark(handle, self.migration, Mark::Started(index + 1)).await?;
        self.tell(session, index, Phase::Journalled);
        if let Err(error) = handle.execute_unprepared(sql).await {
            return Err(self.refused(session, index, error).await);
        }
        self.tell(session, index, Phase::Executed);
        history::mark(handle, self.migration, self.done_mark(index)).await?;
        self.tell(session, index, Phase::Recorded);
        Ok(())
    }

    /// A step that changes rows only: one transaction with its journal entry.
    async fn run_rows(
        &self,
        session: &mut Session<'_>,
        index: usize,
        action: &Action,
    ) -> Result<(), MigrateError> {
        self.tell(session, index, Phase::Announced);
        session.begin().await?;
        let handle = session.handle()?;
        let ran = match action {
            Action::Data { run, .. } => run(handle).await,
            other => handle.execute_unprepared(&other.text()).await.map(|_| ()),
        };
        if let Err(error) = ran {
            // If that fails too, the connection is gone, and the transaction with it.
            session
                .rollback()
                .await
                .unwrap_or_else(|error| tracing::debug!("{error}"));
            return Err(self.failed(index, error, WAY_OUT_JOURNALLED));
        }
        self.tell(session, index, Phase::Executed);
        history::mark(handle, self.migration, self.done_mark(index)).await?;
        session.commit().await?;
        self.tell(session, index, Phase::Recorded);
        Ok(())
    }

    /// A stock migration brings its own transactions, so it runs on the app's connection, under our
    /// lock.
    async fn run_stock(
        &self,
        session: &mut Session<'_>,
        index: usize,
        action: &Action,
    ) -> Result<(), MigrateError> {
        let Action::Stock { migration, .. } = action else {
            return Ok(());
        };
        let handle = session.handle()?;
        self.tell(session, index, Phase::Announced);
        history::mark(handle, self.migration, Mark::Started(index + 1)).await?;
        self.tell(session, index, Phase::Journalled);
        let ran = if migration.use_transaction() == Some(true) {
            stock_in_transaction(session.conn, migration.as_ref(), self.direction).await
        } else {
            stock(
                &SchemaManager::new(session.conn),
                migration.as_ref(),
                self.direction,
            )
            .await
        };
        if let Err(error) = ran {
            return Err(self.refused(session, index, error).await);
        }
        self.tell(session, index, Phase::Executed);
        history::mark(handle, self.migration, self.done_mark(index)).await?;
        self.tell(session, index, Phase::Recorded);
        Ok(())
    }

    /// Notes that a refused step did not take effect, where that is certain.
    async fn refused(&self, session: &Session<'_>, index: usize, error: DbErr) -> MigrateError {
        if is_refusal(&error) {
            // Should this fail, the next run looks for itself.
            if let Ok(handle) = session.handle() {
                let noted = history::mark(handle, self.migration, Mark::Started(0)).await;
                noted.unwrap_or_else(|error| tracing::warn!("{error}"));
            }
        }
        self.failed(index, error, WAY_OUT_JOURNALLED)
    }
}

const WAY_OUT_JOURNALLED: &str = "The steps before it stand: this database cannot roll back \
     changes of the schema. \
     Mend the step and run `migrate up` again to go on from here, or `migrate down` to undo what \
     was done.";

pub(crate) fn unclear(migration: &str, index: usize, sql: &str) -> MigrateError {
    MigrateError::Unclear {
        migration: migration.to_owned(),
        step: index + 1,
        sql: sql.to_owned(),
    }
}

async fn stock(
    manager: &SchemaManager<'_>,
    migration: &dyn MigrationTrait,
    direction: Direction,
) -> Result<(), DbErr> {
    match direction {
        Direction::Up => migration.up(manager).await,
        Direction::Down => migration.down(manager).await,
    }
}

async fn stock_in_transaction(
    conn: &DatabaseConnection,
    migration: &dyn MigrationTrait,
    direction: Direction,
) -> Result<(), DbErr> {
    let txn = conn.begin().await?;
    stock(&SchemaManager::new(&txn), migration, direction).await?;
    txn.commit().await
}

/// Whether these steps cannot share one transaction.
pub(crate) fn needs_journal<'a>(
    mut actions: impl Iterator<Item = &'a Action>,
    backend: DbBackend,
) -> bool {
    let outside = |action: &Action| match action {
        Action::Sql(sql) => read(&sql.text, backend).outside_transaction,
        Action::Data { .. } => false,
        Action::Stock { migration, .. } => {
            backend == DbBackend::Postgres && migration.use_transaction() == Some(false)
        }
    };
    backend == DbBackend::MySql || actions.any(outside)
}

/// `CREATE INDEX CONCURRENTLY` that was interrupted leaves an invalid index, which must go first.
async fn drop_unfinished_index(
    session: &Session<'_>,
    reading: &Reading,
) -> Result<(), MigrateError> {
    use super::sql::Effect;
    let backend = session.backend;
    let [Effect::CreateIndex { index, .. }] = reading.effects.as_slice() else {
        return Ok(());
    };
    if !reading.outside_transaction {
        return Ok(());
    }
    let name = super::render::escape(index, backend);
    let drop = format!("DROP INDEX IF EXISTS \"{name}\"");
    session
        .handle()?
        .execute_unprepared(&drop)
        .await
        .doing("dropping an unfinished index")?;
    Ok(())
}
