//! The statements that move rows from one physical table to another.

use sea_orm::DbBackend;

use super::catalog::{Columns, quoted};
use crate::migrate::shard::Layout;

/// The statements that move the rows of some keys.
pub(super) struct Sql<'a> {
    columns: &'a Columns,
    backend: DbBackend,
    from: String,
    to: String,
    key: String,
    keys: String,
}

impl<'a> Sql<'a> {
    pub(super) fn new(
        layout: &Layout,
        columns: &'a Columns,
        backend: DbBackend,
        (from, to): (u16, u16),
        keys: usize,
    ) -> Self {
        let placeholder = |number: usize| match backend {
            DbBackend::Postgres => format!("${number}"),
            _ => "?".to_owned(),
        };
        let placeholders: Vec<String> = (1..=keys).map(placeholder).collect();
        Self {
            columns,
            backend,
            from: quoted(&layout.physical(from), backend),
            to: quoted(&layout.physical(to), backend),
            key: quoted(&layout.key, backend),
            keys: placeholders.join(", "),
        }
    }

    pub(super) fn copy(&self) -> String {
        let names = self.columns.all.iter();
        let names: Vec<String> = names.map(|name| quoted(name, self.backend)).collect();
        let names = names.join(", ");
        let Self {
            from,
            to,
            key,
            keys,
            ..
        } = self;
        format!("INSERT INTO {to} ({names}) SELECT {names} FROM {from} WHERE {key} IN ({keys})")
    }

    /// Counts the rows that are in both tables with the same bytes in every column.
    pub(super) fn compare(&self) -> String {
        let Self {
            from,
            to,
            key,
            keys,
            ..
        } = self;
        let pair = |name: &String| {
            let name = quoted(name, self.backend);
            (format!("a.{name}"), format!("b.{name}"))
        };
        let joined = self.columns.primary.iter().map(pair);
        let joined: Vec<String> = joined.map(|(a, b)| format!("{a} = {b}")).collect();
        let same = self
            .columns
            .all
            .iter()
            .map(pair)
            .map(|(a, b)| match self.backend {
                DbBackend::MySql => format!("CAST({a} AS BINARY) <=> CAST({b} AS BINARY)"),
                DbBackend::Postgres => format!("{a}::text IS NOT DISTINCT FROM {b}::text"),
                _ => format!("{a} IS {b}"),
            });
        let same: Vec<String> = same.collect();
        format!(
            "SELECT COUNT(*) AS n FROM {from} a JOIN {to} b ON {} WHERE a.{key} IN ({keys}) AND {}",
            joined.join(" AND "),
            same.join(" AND ")
        )
    }

    pub(super) fn count(&self) -> String {
        let Self { to, key, keys, .. } = self;
        format!("SELECT COUNT(*) AS n FROM {to} WHERE {key} IN ({keys})")
    }

    pub(super) fn delete(&self) -> String {
        let Self {
            from, key, keys, ..
        } = self;
        format!("DELETE FROM {from} WHERE {key} IN ({keys})")
    }
}
