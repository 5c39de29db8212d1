//! `check`: is the database what code and history say? Reads only.

use std::collections::BTreeMap;

use sea_orm::{DatabaseConnection, DbBackend};
use serde::Serialize;

use super::error::{Doing, MigrateError};
use super::expected::{Table, Tables, expected, fold};
use super::history::State;
use super::live::{self, LiveTable};
use super::migrator::Migrator;
use super::status::{Status, StatusRow, compare};
use crate::shard::{Layout, SLOTS, load_layouts};

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// A migration has this status instead of `applied`.
    Migration(Status),
    /// A table that a migration made is gone.
    MissingTable,
    /// A column that a migration made is gone.
    MissingColumn,
    /// An index that a migration made is gone.
    MissingIndex,
    /// A table bears the name of a part of a sharded table, whose layout does not know it.
    UnknownShard,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// The migration that it is about; empty if the history does not tell.
    pub migration: String,
    /// One sentence, with what to do.
    pub message: String,
}

impl Migrator {
    /// Everything that is not as it should be; empty if all is well. Compares code with history,
    /// and the tables, columns and indexes that the applied SQL made with those that are there.
    /// What Rust steps make is not seen, nor are tables in other schemas.
    ///
    /// # Errors
    /// As [`Self::status`].
    pub async fn check(&self, conn: &DatabaseConnection) -> Result<Vec<Finding>, MigrateError> {
        let backend = conn.get_database_backend();
        let view = self.look(conn).await?;
        let status = compare(&view.code, &view.rows);
        let mut findings: Vec<Finding> = status.iter().filter_map(about).collect();
        let live = live::load(conn).await.doing("reading the schema")?;
        let applied = view.rows.iter().filter(|row| row.state == State::Done);
        let tables = expected(applied, backend);
        for (name, table) in &tables {
            drift(name, table, live.get(name), &mut findings);
        }
        for layout in load_layouts(conn).await? {
            strays(&layout, &live, &tables, backend, &mut findings);
        }
        Ok(findings)
    }
}

fn about(row: &StatusRow) -> Option<Finding> {
    let name = &row.migration;
    let message = match row.status {
        Status::Applied => return None,
        Status::Pending => format!("migration `{name}` is not applied: run `migrate up`"),
        Status::OutOfOrder => {
            format!(
                "migration `{name}` is not applied, though a later one of `{}` is: run `migrate \
                 up`",
                row.stream
            )
        }
        Status::Modified => {
            format!(
                "migration `{name}` was edited after it was applied: `migrate repair` shows the \
                 difference"
            )
        }
        Status::Missing => format!(
            "migration `{name}` is applied, but this build does not know it: `migrate down` \
             undoes it if it was the \
             last, `migrate repair --forget {name}` forgets it"
        ),
        Status::Partial if row.reverting => {
            format!("migration `{name}` was interrupted while being undone: run `migrate down`")
        }
        Status::Partial => format!(
            "migration `{name}` was interrupted after {} of {} steps: run `migrate up`, or \
             `migrate down` to undo it",
            row.done, row.steps
        ),
    };
    Some(Finding {
        kind: FindingKind::Migration(row.status),
        migration: name.clone(),
        message,
    })
}

/// Tables that look like parts of a sharded table and are none.
fn strays(
    layout: &Layout,
    live: &BTreeMap<String, LiveTable>,
    tables: &Tables,
    backend: DbBackend,
    findings: &mut Vec<Finding>,
) {
    let known = layout.numbers();
    let name_of = |number| fold(&layout.physical(number), backend);
    let first = known
        .first()
        .and_then(|number| tables.get(&name_of(*number)));
    let every = (0_u16..).take(SLOTS);
    for name in every.filter(|number| !known.contains(number)).map(name_of) {
        if live.contains_key(&name) && !tables.contains_key(&name) {
            findings.push(Finding {
                kind: FindingKind::UnknownShard,
                migration: first
                    .map(|table| table.migration.clone())
                    .unwrap_or_default(),
                message: format!(
                    "table `{name}` looks like a part of the sharded table `{}`, but its layout \
                     does not know it: no query reads it. A reshard that was stopped may have \
                     left it; see what it holds, then drop or rename it",
                    layout.table
                ),
            });
        }
    }
}

fn drift(name: &str, table: &Table, live: Option<&LiveTable>, findings: &mut Vec<Finding>) {
    const CAUSE: &str = "something other than `migrate` changed the database; put it back, or \
        write a migration that agrees";
    let mut find = |kind, migration: &str, what: String| {
        findings.push(Finding {
            kind,
            migration: migration.to_owned(),
            message: format!("{what}, made by migration `{migration}`, is gone: {CAUSE}"),
        });
    };
    let Some(live) = live else {
        return find(
            FindingKind::MissingTable,
            &table.migration,
            format!("table `{name}`"),
        );
    };
    for (column, migration) in &table.columns {
        if !live.columns.contains(column) {
            find(
                FindingKind::MissingColumn,
                migration,
                format!("column `{column}` of table `{name}`"),
            );
        }
    }
    for (index, (_, migration)) in &table.indexes {
        if !live.indexes.contains(index) {
            find(
                FindingKind::MissingIndex,
                migration,
                format!("index `{index}` of table `{name}`"),
            );
        }
    }
}
