//! Compares the code with the history.

use std::collections::{HashMap, HashSet};

use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::action::Action;
use super::error::MigrateError;
use super::history::{Row, State};
use super::look::View;
use super::migration::Rendered;
use super::migrator::Migrator;

/// Where a migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Applied, as the code has it.
    Applied,
    /// To be applied by the next `up`.
    Pending,
    /// Applied, but the code has changed since.
    Modified,
    /// Applied, but the code does not know it.
    Missing,
    /// Pending, though a later one of its stream is applied. `up` applies it with a warning.
    OutOfOrder,
    /// Interrupted half way, up or down. `up` and `down` go on from there.
    Partial,
}

impl Status {
    /// One word, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Modified => "modified",
            Self::Missing => "missing",
            Self::OutOfOrder => "out_of_order",
            Self::Partial => "partial",
        }
    }
}

/// One line of `migrate status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusRow {
    /// The migration.
    pub migration: String,
    /// Its stream.
    pub stream: String,
    /// Where it stands.
    pub status: Status,
    /// When it was applied: RFC 3339, UTC, by the clock of the database.
    pub applied_at: Option<String>,
    /// How long that took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Steps up that are in effect; while it is being undone, those that were when that began.
    pub done: usize,
    /// All its steps up.
    pub steps: usize,
    /// Being undone.
    pub reverting: bool,
    /// Whether `down` can undo it.
    pub reversible: bool,
}

/// What the next `up` would run of one migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// The migration.
    pub migration: String,
    /// Its stream.
    pub stream: String,
    /// The statements that are left; a Rust step shows as its label in brackets.
    pub sql: Vec<String>,
}

impl Migrator {
    /// Every migration of code and history: streams in order, oldest first; those without code at
    /// the end. Reads only; takes no lock.
    ///
    /// # Errors
    /// The database cannot be read, or a step cannot be rendered for it.
    pub async fn status(&self, conn: &DatabaseConnection) -> Result<Vec<StatusRow>, MigrateError> {
        let view = self.look(conn).await?;
        Ok(compare(&view.code, &view.rows))
    }

    /// What [`Self::up`] would run, in order. Reads only; takes no lock.
    ///
    /// # Errors
    /// As [`Self::status`].
    pub async fn pending(&self, conn: &DatabaseConnection) -> Result<Vec<Pending>, MigrateError> {
        let View { code, rows, .. } = self.look(conn).await?;
        let mut pending = Vec::new();
        for migration in &code {
            let row = rows.iter().find(|row| row.name == migration.name);
            let done = match row.map(|row| (row.state, row.step)) {
                Some((State::Done, _)) => continue,
                Some((State::Running, step)) => step,
                // It is undone wholly before it is applied again.
                Some((State::Reverting, _)) | None => 0,
            };
            let left = migration.up.iter().skip(done);
            pending.push(Pending {
                migration: migration.name.to_owned(),
                stream: migration.stream.to_owned(),
                sql: left.map(Action::text).collect(),
            });
        }
        Ok(pending)
    }

    /// Whether nothing is pending or half done: what a readiness check asks. Edited migrations and
    /// those without code do not count.
    ///
    /// # Errors
    /// As [`Self::status`].
    pub async fn is_current(&self, conn: &DatabaseConnection) -> Result<bool, MigrateError> {
        let todo = |row: &StatusRow| {
            matches!(
                row.status,
                Status::Pending | Status::OutOfOrder | Status::Partial
            )
        };
        Ok(!self.status(conn).await?.iter().any(todo))
    }
}

/// The status of every migration of code and history.
pub(crate) fn compare(code: &[Rendered], rows: &[Row]) -> Vec<StatusRow> {
    let by_name: HashMap<&str, &Row> = rows.iter().map(|row| (row.name.as_str(), row)).collect();
    let known: HashSet<&str> = code.iter().map(|migration| migration.name).collect();
    let last_applied = |stream: &str| {
        let applied = |migration: &Rendered| {
            migration.stream == stream && by_name.contains_key(migration.name)
        };
        code.iter().rposition(applied)
    };
    let of_code = code.iter().enumerate().map(|(index, migration)| {
        let row = by_name.get(migration.name).copied();
        let status = match row {
            None if last_applied(migration.stream).is_some_and(|last| last > index) => {
                Status::OutOfOrder
            }
            None => Status::Pending,
            Some(row) if row.state != State::Done => Status::Partial,
            Some(row) if row.checksum != migration.checksum => Status::Modified,
            Some(_) => Status::Applied,
        };
        let reversible = match row {
            Some(row) if row.checksum != migration.checksum => row.down.is_some(),
            _ => migration.down.is_ok(),
        };
        line(
            migration.name,
            migration.stream,
            status,
            row,
            (migration.up.len(), reversible),
        )
    });
    let gone = rows
        .iter()
        .filter(|row| !known.contains(row.name.as_str()))
        .map(|row| {
            let partial = row.state != State::Done;
            let status = if partial {
                Status::Partial
            } else {
                Status::Missing
            };
            line(
                &row.name,
                &row.stream,
                status,
                Some(row),
                (row.up.len(), row.down.is_some()),
            )
        });
    of_code.chain(gone).collect()
}

fn line(
    name: &str,
    stream: &str,
    status: Status,
    row: Option<&Row>,
    code: (usize, bool),
) -> StatusRow {
    let (steps, reversible) = code;
    let done = row.filter(|row| row.state == State::Done);
    StatusRow {
        migration: name.to_owned(),
        stream: stream.to_owned(),
        status,
        applied_at: done.map(|row| row.applied_at.clone()),
        duration_ms: done.and_then(|row| u64::try_from(row.duration_ms).ok()),
        done: row.map_or(0, |row| row.step),
        steps,
        reverting: row.is_some_and(|row| row.state == State::Reverting),
        reversible,
    }
}
