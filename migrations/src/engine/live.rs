//! The schema that the database has: tables, columns, indexes.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::expected::fold;

/// A table of the present schema.
#[derive(Debug, Default)]
pub(crate) struct LiveTable {
    pub(crate) columns: BTreeSet<String>,
    pub(crate) indexes: BTreeSet<String>,
}

/// All tables of the present schema, names folded.
pub(crate) async fn load(
    conn: &impl ConnectionTrait,
) -> Result<BTreeMap<String, LiveTable>, DbErr> {
    let backend = conn.get_database_backend();
    let mut tables: BTreeMap<String, LiveTable> = BTreeMap::new();
    for (table, column) in pairs(conn, columns_sql(backend)).await? {
        let table = tables.entry(fold(&table, backend)).or_default();
        table.columns.insert(fold(&column, backend));
    }
    for (table, index) in pairs(conn, indexes_sql(backend)).await? {
        let table = tables.entry(fold(&table, backend)).or_default();
        table.indexes.insert(fold(&index, backend));
    }
    Ok(tables)
}

async fn pairs(conn: &impl ConnectionTrait, sql: &str) -> Result<Vec<(String, String)>, DbErr> {
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let rows = conn.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "a")?, row.try_get("", "b")?)))
        .collect()
}

fn columns_sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::MySql => {
            "SELECT TABLE_NAME AS a, COLUMN_NAME AS b FROM information_schema.COLUMNS WHERE \
             TABLE_SCHEMA = DATABASE()"
        }
        DbBackend::Postgres => {
            "SELECT c.relname::text AS a, t.attname::text AS b FROM pg_catalog.pg_attribute t \
             JOIN pg_catalog.pg_class c ON c.oid = t.attrelid JOIN pg_catalog.pg_namespace s ON \
             s.oid = c.relnamespace \
             WHERE s.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND \
             t.attnum > 0 AND NOT t.attisdropped"
        }
        _ => {
            "SELECT m.name AS a, c.name AS b FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type IN ('table', 'view')"
        }
    }
}

fn indexes_sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::MySql => {
            "SELECT DISTINCT TABLE_NAME AS a, INDEX_NAME AS b FROM information_schema.STATISTICS \
             WHERE TABLE_SCHEMA = DATABASE()"
        }
        DbBackend::Postgres => {
            "SELECT t.relname::text AS a, c.relname::text AS b FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_class t ON \
             t.oid = i.indrelid \
             JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = \
             current_schema() AND i.indisvalid"
        }
        _ => "SELECT tbl_name AS a, name AS b FROM sqlite_master WHERE type = 'index'",
    }
}
