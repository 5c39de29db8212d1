//! `repair`: brings the history in line with the code, on explicit demand only. Never touches the
//! schema.

use sea_orm::DatabaseConnection;
use serde::Serialize;
use similar::TextDiff;

use super::action::{Stored, as_written};
use super::error::MigrateError;
use super::history::{self, Mark, Row, State};
use super::look::View;
use super::migration::Rendered;
use super::migrator::Migrator;
use super::report::Options;
use super::session::Session;
use super::sql::normal::pretty;

/// A migration that was edited after it was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edited {
    /// The migration.
    pub migration: String,
    /// Its stream.
    pub stream: String,
    /// From what was applied to what the code says now: a unified diff of the statements.
    pub diff: String,
    /// Checksum of what was applied.
    pub stored_checksum: String,
    /// Checksum of the code.
    pub checksum: String,
}

/// What `repair` would change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RepairPlan {
    /// To be accepted by [`Migrator::apply_repair`].
    pub edited: Vec<Edited>,
    /// Applied, but without code: each can be forgotten by name, [`Migrator::forget`].
    pub missing: Vec<String>,
}

/// What a person found out about an interrupted step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// It took effect.
    Done,
    /// It did not: run it again.
    Again,
}

impl Migrator {
    /// Compares the SQL that was applied with the code. Reads only.
    ///
    /// # Errors
    /// As [`Self::status`].
    pub async fn repair(&self, conn: &DatabaseConnection) -> Result<RepairPlan, MigrateError> {
        let backend = conn.get_database_backend();
        let View { code, rows, .. } = self.look(conn).await?;
        let mut plan = RepairPlan::default();
        for row in rows.iter().filter(|row| row.state == State::Done) {
            match code.iter().find(|migration| migration.name == row.name) {
                None => plan.missing.push(row.name.clone()),
                Some(code) if code.checksum == row.checksum => {}
                Some(code) => {
                    let shown = |steps: &[Stored]| -> Vec<String> {
                        let written = steps
                            .iter()
                            .map(|step| (step.part.as_ref(), step.written()));
                        let written = as_written(written);
                        written.iter().map(|sql| pretty(sql, backend)).collect()
                    };
                    let present: Vec<Stored> = code.up.iter().map(|a| a.stored(None)).collect();
                    let (stored, present) = (shown(&row.up), shown(&present));
                    plan.edited.push(edited(row, code, &stored, &present));
                }
            }
        }
        Ok(plan)
    }

    /// Accepts the edits of `plan`: the history then says that what the code says was applied.
    ///
    /// # Errors
    /// [`MigrateError::ChangedMeanwhile`] if history or code are not as `plan` saw them.
    pub async fn apply_repair(
        &self,
        conn: &DatabaseConnection,
        plan: &RepairPlan,
        options: &Options,
    ) -> Result<(), MigrateError> {
        if plan.edited.is_empty() {
            return Ok(());
        }
        let mut session = Session::open(conn, options).await?;
        let outcome = accept(self, &mut session, plan).await;
        let closed = session.close().await;
        outcome.and(closed)
    }

    /// Removes a migration without code from the history. What it made stays in the database.
    ///
    /// # Errors
    /// [`MigrateError::Unknown`] unless `name` is applied and without code.
    pub async fn forget(
        &self,
        conn: &DatabaseConnection,
        name: &str,
        options: &Options,
    ) -> Result<(), MigrateError> {
        let mut known = self.streams().iter().flat_map(|stream| &stream.migrations);
        let known = known.any(|migration| migration.name() == name);
        with_row(conn, options, name, async |session, row| {
            if known || row.state != State::Done {
                return Err(unknown(name, "is applied and without code"));
            }
            history::delete(session.handle()?, name).await
        })
        .await
    }

    /// Says what became of the step at which a migration was interrupted, where the engine cannot
    /// see it ([`MigrateError::Unclear`]). The next `up` or `down` goes on from there.
    ///
    /// # Errors
    /// [`MigrateError::Unknown`] unless `name` was interrupted during a step.
    pub async fn settle_step(
        &self,
        conn: &DatabaseConnection,
        name: &str,
        outcome: StepOutcome,
        options: &Options,
    ) -> Result<(), MigrateError> {
        with_row(conn, options, name, async |session, row| {
            let mark = match (outcome, row.state) {
                _ if row.started == 0 => {
                    return Err(unknown(name, "was interrupted during a step"));
                }
                (StepOutcome::Again, _) => Mark::Started(0),
                (StepOutcome::Done, State::Reverting) => Mark::Undone(row.started),
                (StepOutcome::Done, _) => Mark::Step(row.started),
            };
            history::mark(session.handle()?, name, mark).await
        })
        .await
    }
}

fn unknown(name: &str, what: &'static str) -> MigrateError {
    MigrateError::Unknown {
        name: name.to_owned(),
        what,
    }
}

fn edited(row: &Row, code: &Rendered, stored: &[String], present: &[String]) -> Edited {
    let before = stored.join(";\n") + ";\n";
    let after = present.join(";\n") + ";\n";
    let diff = TextDiff::from_lines(&before, &after)
        .unified_diff()
        .header(
            &format!("{} (applied)", row.name),
            &format!("{} (code)", row.name),
        )
        .to_string();
    Edited {
        migration: row.name.clone(),
        stream: row.stream.clone(),
        diff,
        stored_checksum: row.checksum.clone(),
        checksum: code.checksum.clone(),
    }
}

async fn accept(
    migrator: &Migrator,
    session: &mut Session<'_>,
    plan: &RepairPlan,
) -> Result<(), MigrateError> {
    session.begin().await?;
    let handle = session.handle()?;
    let View { rows, code, .. } = migrator.look(handle).await?;
    for edited in &plan.edited {
        let row = rows
            .iter()
            .find(|row| row.name == edited.migration && row.checksum == edited.stored_checksum);
        let code = code
            .iter()
            .find(|code| code.name == edited.migration && code.checksum == edited.checksum);
        let (Some(row), Some(code)) = (row, code) else {
            return Err(MigrateError::ChangedMeanwhile {
                migration: edited.migration.clone(),
            });
        };
        history::mark(handle, &row.name, Mark::Text(code)).await?;
        history::mark(handle, &row.name, Mark::Step(code.up.len())).await?;
    }
    session.commit().await
}

/// Runs `change` on the row of `name`, under the lock, in a transaction.
async fn with_row(
    conn: &DatabaseConnection,
    options: &Options,
    name: &str,
    change: impl AsyncFnOnce(&mut Session<'_>, &Row) -> Result<(), MigrateError>,
) -> Result<(), MigrateError> {
    let mut session = Session::open(conn, options).await?;
    let outcome = async {
        session.begin().await?;
        let rows = history::load(session.handle()?).await?;
        let row = rows.iter().find(|row| row.name == name);
        change(
            &mut session,
            row.ok_or_else(|| unknown(name, "is in the history"))?,
        )
        .await?;
        session.commit().await
    }
    .await;
    let closed = session.close().await;
    outcome.and(closed)
}
