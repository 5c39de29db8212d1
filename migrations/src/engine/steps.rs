//! The steps of a migration: what its author writes.

use std::sync::Arc;

use sea_orm::sea_query::{
    ForeignKeyCreateStatement, ForeignKeyDropStatement, IndexCreateStatement, IndexDropStatement,
    TableAlterStatement, TableCreateStatement, TableDropStatement, TableRenameStatement,
};
use sea_orm::{DatabaseTransaction, DbBackend};
use sea_orm_migration::MigrationTrait;

use super::action::{DataFuture, DataStep};

/// One step, on logical tables, not yet rendered.
#[derive(Clone)]
pub(crate) enum Step {
    CreateTable(TableCreateStatement),
    AlterTable(TableAlterStatement),
    DropTable(TableDropStatement),
    RenameTable(TableRenameStatement),
    CreateIndex(IndexCreateStatement),
    DropIndex(IndexDropStatement),
    CreateForeignKey(ForeignKeyCreateStatement),
    DropForeignKey(ForeignKeyDropStatement),
    Sql(String),
    SqlFor(DbBackend, String),
    Data { label: String, run: DataStep },
    Stock(Arc<dyn MigrationTrait>),
}

/// Collects the steps of a migration, in the order in which they run.
///
/// Steps are data: rendered for a database they are shown, checksummed, journalled and undone one
/// by one. For the steps that create, add or rename something, `down` is derived.
pub struct Steps {
    backend: DbBackend,
    steps: Vec<Written>,
}

/// A step, with what its author says undoes it.
pub(crate) struct Written {
    pub(crate) step: Step,
    pub(crate) undo: Option<Vec<Step>>,
}

impl Steps {
    pub(crate) fn new(backend: DbBackend) -> Self {
        Self {
            backend,
            steps: Vec::new(),
        }
    }

    pub(crate) fn into_steps(self) -> Vec<Written> {
        self.steps
    }

    fn push(&mut self, step: Step) -> &mut Self {
        self.steps.push(Written { step, undo: None });
        self
    }

    /// The database that the steps are for, where they must differ.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Creates a table. On MySQL it gets utf8mb4 and binary collation, unless it says otherwise:
    /// names, tokens and tenants then compare as exactly as on the other databases. Undone by
    /// dropping it.
    pub fn create_table(&mut self, statement: TableCreateStatement) -> &mut Self {
        self.push(Step::CreateTable(statement))
    }

    /// Changes a table. Added and renamed columns and added foreign keys can be undone; SQLite
    /// takes one change a statement and cannot modify columns.
    pub fn alter_table(&mut self, statement: TableAlterStatement) -> &mut Self {
        self.push(Step::AlterTable(statement))
    }

    /// Drops one table. Irreversible without [`undo`](Self::undo).
    pub fn drop_table(&mut self, statement: TableDropStatement) -> &mut Self {
        self.push(Step::DropTable(statement))
    }

    /// Renames a table. Undone by renaming it back.
    pub fn rename_table(&mut self, statement: TableRenameStatement) -> &mut Self {
        self.push(Step::RenameTable(statement))
    }

    /// Creates an index. Undone by dropping it.
    pub fn create_index(&mut self, statement: IndexCreateStatement) -> &mut Self {
        self.push(Step::CreateIndex(statement))
    }

    /// Drops an index. Irreversible without [`undo`](Self::undo).
    pub fn drop_index(&mut self, statement: IndexDropStatement) -> &mut Self {
        self.push(Step::DropIndex(statement))
    }

    /// Adds a foreign key to a table that is there (not on SQLite: declare it with the table).
    /// Undone by dropping it.
    pub fn create_foreign_key(&mut self, statement: ForeignKeyCreateStatement) -> &mut Self {
        self.push(Step::CreateForeignKey(statement))
    }

    /// Drops a foreign key (not on SQLite). Irreversible without [`undo`](Self::undo).
    pub fn drop_foreign_key(&mut self, statement: ForeignKeyDropStatement) -> &mut Self {
        self.push(Step::DropForeignKey(statement))
    }

    /// One raw statement, the same for every database. Irreversible without [`undo`](Self::undo).
    /// If it names a sharded table, it is run for each of its physical tables.
    pub fn sql(&mut self, statement: &str) -> &mut Self {
        self.push(Step::Sql(statement.to_owned()))
    }

    /// One raw statement for one kind of database. Irreversible there without [`undo`](Self::undo).
    pub fn sql_for(&mut self, backend: DbBackend, statement: &str) -> &mut Self {
        self.push(Step::SqlFor(backend, statement.to_owned()))
    }

    /// Rust code that changes rows. It runs in one transaction with its journal entry: once, or not
    /// at all. It must not change the schema (MySQL would commit in the middle). The history keeps
    /// `label`. Irreversible without [`undo`](Self::undo). The physical tables of a sharded one are
    /// in its layout: [`load_layouts`](crate::load_layouts).
    ///
    /// ```
    /// use cloudapp_migrations::prelude::*;
    ///
    /// let migration = Migration::new("note_0002_trim", |steps| {
    ///     steps.data("trim titles", |txn| {
    ///         Box::pin(async move {
    ///             txn.execute_unprepared("UPDATE note_tb SET title = TRIM(title)").await?;
    ///             Ok(())
    ///         })
    ///     });
    /// })
    /// .down(|_| {});
    /// assert_eq!(migration.name(), "note_0002_trim");
    /// ```
    pub fn data(
        &mut self,
        label: &str,
        run: impl for<'a> Fn(&'a DatabaseTransaction) -> DataFuture<'a> + Send + Sync + 'static,
    ) -> &mut Self {
        self.push(Step::Data {
            label: label.to_owned(),
            run: Arc::new(run),
        })
    }

    /// Says what undoes the step before, in place of what is derived. Rather than an explicit
    /// `down` of the whole migration: a half-applied one can then be undone step by step, too.
    ///
    /// ```
    /// use cloudapp_migrations::prelude::*;
    ///
    /// let migration = Migration::new("note_0003_default", |steps| {
    ///     steps.sql("INSERT INTO note_tb (id, title) VALUES (1, 'first')").undo(|undo| {
    ///         undo.sql("DELETE FROM note_tb WHERE id = 1");
    ///     });
    /// });
    /// assert!(migration.sql(DbBackend::Sqlite)?.down.is_some());
    /// # Ok::<(), MigrateError>(())
    /// ```
    pub fn undo(&mut self, build: impl FnOnce(&mut Steps)) -> &mut Self {
        let mut undo = Steps::new(self.backend);
        build(&mut undo);
        if let Some(last) = self.steps.last_mut() {
            last.undo = Some(undo.steps.into_iter().map(|written| written.step).collect());
        }
        self
    }

    /// Adopts a stock sea-orm-migration migration, with its own `down`. The engine cannot see into
    /// it: on MySQL its author answers for running it again after an interruption.
    pub fn sea_orm(&mut self, migration: impl MigrationTrait + 'static) -> &mut Self {
        self.push(Step::Stock(Arc::new(migration)))
    }
}
