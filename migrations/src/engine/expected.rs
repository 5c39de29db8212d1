//! The schema that the history describes: the effects of all applied statements, played through.

use std::collections::BTreeMap;

use sea_orm::DbBackend;

use super::history::Row;
use super::sql::{Effect, Name, read};

/// A table as it should be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// The migration that made it.
    pub(crate) migration: String,
    /// Column to the migration that made it.
    pub(crate) columns: BTreeMap<String, String>,
    /// Index to its columns and the migration that made it.
    pub(crate) indexes: BTreeMap<String, (Vec<String>, String)>,
}

/// Tables by name, as [`fold`]ed.
pub(crate) type Tables = BTreeMap<String, Table>;

/// The form of a name in which the database compares it.
pub(crate) fn fold(name: &str, backend: DbBackend) -> String {
    match backend {
        DbBackend::Postgres => name.to_owned(),
        _ => name.to_lowercase(),
    }
}

/// Plays through the statements of `rows`, which are in the order in which they were applied.
pub(crate) fn expected<'a>(rows: impl Iterator<Item = &'a Row>, backend: DbBackend) -> Tables {
    let mut tables = Tables::new();
    for row in rows {
        for sql in row.up.iter().filter_map(|step| step.sql.as_ref()) {
            for effect in read(sql, backend).effects {
                let mut player = Player {
                    tables: &mut tables,
                    migration: &row.name,
                    backend,
                };
                player.play(effect);
            }
        }
    }
    tables
}

/// Plays through statements of no particular migration.
pub(crate) fn expected_of<'a>(
    statements: impl Iterator<Item = &'a str>,
    backend: DbBackend,
) -> Tables {
    let mut tables = Tables::new();
    for sql in statements {
        for effect in read(sql, backend).effects {
            let mut player = Player {
                tables: &mut tables,
                migration: "",
                backend,
            };
            player.play(effect);
        }
    }
    tables
}

struct Player<'a> {
    tables: &'a mut Tables,
    migration: &'a str,
    backend: DbBackend,
}

impl Player<'_> {
    /// `None` for tables in other schemas, which are not looked after.
    fn key(&self, table: &Name) -> Option<String> {
        table
            .schema
            .is_none()
            .then(|| fold(&table.name, self.backend))
    }

    fn table(&mut self, table: &Name) -> Option<&mut Table> {
        let key = self.key(table)?;
        self.tables.get_mut(&key)
    }

    fn fold_all(&self, names: Vec<String>) -> Vec<String> {
        names.iter().map(|name| fold(name, self.backend)).collect()
    }

    fn play(&mut self, effect: Effect) {
        let backend = self.backend;
        let migration = self.migration.to_owned();
        match effect {
            Effect::CreateTable {
                table,
                columns,
                indexes,
            } => self.create(&table, columns, indexes),
            Effect::DropTable { table } => {
                let key = self.key(&table);
                key.and_then(|key| self.tables.remove(&key));
            }
            Effect::RenameTable { from, to } => {
                let moved = self.key(&from).and_then(|key| self.tables.remove(&key));
                if let (Some(key), Some(table)) = (self.key(&to), moved) {
                    self.tables.insert(key, table);
                }
            }
            Effect::AddColumn { table, column } => {
                if let Some(table) = self.table(&table) {
                    table
                        .columns
                        .entry(fold(&column, backend))
                        .or_insert(migration);
                }
            }
            Effect::DropColumn { table, column } => {
                if let Some(table) = self.table(&table) {
                    let column = fold(&column, backend);
                    table.columns.remove(&column);
                    // Databases drop, shrink or refuse such indexes: not looked after from here on.
                    table
                        .indexes
                        .retain(|_, (columns, _)| !columns.contains(&column));
                }
            }
            Effect::RenameColumn { table, from, to } => {
                if let Some(table) = self.table(&table) {
                    rename_column(table, &fold(&from, backend), &fold(&to, backend));
                }
            }
            Effect::CreateIndex {
                table,
                index,
                columns,
            } => {
                let columns = self.fold_all(columns);
                if let Some(table) = self.table(&table) {
                    table
                        .indexes
                        .insert(fold(&index, backend), (columns, migration));
                }
            }
            Effect::DropIndex { table, index } => {
                let index = fold(&index, backend);
                let only = table.and_then(|table| self.key(&table));
                let named = |name: &String| only.as_ref().is_none_or(|only| only == name);
                for (_, table) in self.tables.iter_mut().filter(|(name, _)| named(name)) {
                    table.indexes.remove(&index);
                }
            }
            Effect::AddConstraint { .. } | Effect::DropConstraint { .. } => {}
        }
    }

    fn create(&mut self, table: &Name, columns: Vec<String>, indexes: Vec<(String, Vec<String>)>) {
        let Some(key) = self.key(table) else { return };
        let migration = self.migration.to_owned();
        let columns = self.fold_all(columns);
        let indexes = indexes.into_iter().map(|(index, columns)| {
            let columns = self.fold_all(columns);
            (fold(&index, self.backend), (columns, migration.clone()))
        });
        let table = Table {
            indexes: indexes.collect(),
            columns: columns
                .into_iter()
                .map(|column| (column, migration.clone()))
                .collect(),
            migration: migration.clone(),
        };
        // A table that is there already stays as it is: `IF NOT EXISTS`.
        self.tables.entry(key).or_insert(table);
    }
}

fn rename_column(table: &mut Table, from: &str, to: &str) {
    if let Some(migration) = table.columns.remove(from) {
        table.columns.insert(to.to_owned(), migration);
    }
    for (columns, _) in table.indexes.values_mut() {
        columns
            .iter_mut()
            .filter(|column| *column == from)
            .for_each(|column| to.clone_into(column));
    }
}
