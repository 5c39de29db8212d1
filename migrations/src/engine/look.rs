//! What an operation starts from: layouts, history and code, as they fit together.

use sea_orm::{ConnectionTrait, DbBackend};

use super::again::expand_again;
use super::error::MigrateError;
use super::expected::{expected, fold};
use super::history::{self, Row, State};
use super::migration::Rendered;
use super::migrator::Migrator;
use super::shards::Shards;
use crate::shard::{LayoutState, load_layouts};

/// Layouts, history and code of one database.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) shards: Shards,
    /// Those done with their statements on the present physical tables.
    pub(crate) rows: Vec<Row>,
    /// All migrations in the order of application.
    pub(crate) code: Vec<Rendered>,
    /// Of a migration that is half applied, the code is on the tables that it began with.
    begun: bool,
}

impl Migrator {
    /// Reads layouts and history, and renders the code for them.
    pub(crate) async fn look(&self, conn: &impl ConnectionTrait) -> Result<View, MigrateError> {
        self.look_again(conn, None).await
    }

    /// The same, with what was rendered for `before` if that is still right.
    pub(crate) async fn look_again(
        &self,
        conn: &impl ConnectionTrait,
        before: Option<View>,
    ) -> Result<View, MigrateError> {
        let backend = conn.get_database_backend();
        let shards = Shards::new(self.specs(), load_layouts(conn).await?, backend)?;
        let mut rows = history::load(conn).await?;
        for row in rows.iter_mut().filter(|row| row.state == State::Done) {
            expand_again(row, &shards, backend).map_err(|reason| MigrateError::BadHistory {
                migration: row.name.clone(),
                reason,
            })?;
        }
        let sharded = |row: &Row| row.up.iter().any(|stored| stored.part.is_some());
        let begun = rows
            .iter()
            .any(|row| row.state == State::Running && sharded(row));
        let code = match before {
            Some(before) if !begun && !before.begun && before.shards == shards => before.code,
            _ => self.rendered(backend, &shards, &rows)?,
        };
        Ok(View {
            shards,
            rows,
            code,
            begun,
        })
    }
}

impl View {
    /// The code of the migration of `row`.
    pub(crate) fn code_of(&self, row: &Row) -> Option<&Rendered> {
        self.code.iter().find(|code| code.name == row.name)
    }

    /// No migration while a sharded table is being moved: the physical tables would not stay alike.
    pub(crate) fn refuse_moving(&self) -> Result<(), MigrateError> {
        let moving = |layout: &&crate::shard::Layout| layout.state == LayoutState::Moving;
        let mut layouts = self.shards.all().map(|shard| &shard.layout);
        match layouts.find(moving) {
            Some(layout) => Err(MigrateError::Moving {
                table: layout.table.clone(),
            }),
            None => Ok(()),
        }
    }

    /// A table that was created before it was declared sharded has no physical tables.
    pub(crate) fn refuse_whole(&self, backend: DbBackend) -> Result<(), MigrateError> {
        if self.shards.all().next().is_none() {
            return Ok(());
        }
        let done = self.rows.iter().filter(|row| row.state == State::Done);
        let tables = expected(done, backend);
        for shard in self.shards.all() {
            if let Some(table) = tables.get(&fold(&shard.layout.table, backend)) {
                return Err(MigrateError::BadShard {
                    table: shard.layout.table.clone(),
                    reason: format!(
                        "migration `{}` created it as one table, before it was declared sharded; \
                         undo that migration, or declare a table of another name and copy the rows",
                        table.migration
                    ),
                });
            }
        }
        Ok(())
    }
}
