//! Looks up in the live database whether an effect is there.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

use super::sql::{Effect, Name};

/// Whether the present schema has the table.
pub(crate) async fn has_table(conn: &impl ConnectionTrait, table: &str) -> Result<bool, DbErr> {
    let name = Name {
        schema: None,
        name: table.to_owned(),
    };
    table_exists(conn, &name).await
}

/// Whether the database looks as if the statement with this effect had run.
pub(crate) async fn is_present(
    conn: &impl ConnectionTrait,
    effect: &Effect,
) -> Result<bool, DbErr> {
    Ok(match effect {
        Effect::CreateTable { table, .. } => table_exists(conn, table).await?,
        Effect::DropTable { table } => !table_exists(conn, table).await?,
        Effect::RenameTable { from, to } => {
            table_exists(conn, to).await? && !table_exists(conn, from).await?
        }
        Effect::AddColumn { table, column } => column_exists(conn, table, column).await?,
        Effect::DropColumn { table, column } => !column_exists(conn, table, column).await?,
        Effect::RenameColumn { table, from, to } => {
            column_exists(conn, table, to).await? && !column_exists(conn, table, from).await?
        }
        Effect::CreateIndex { table, index, .. } => index_exists(conn, Some(table), index).await?,
        Effect::DropIndex { table, index } => !index_exists(conn, table.as_ref(), index).await?,
        Effect::AddConstraint {
            table, constraint, ..
        } => constraint_exists(conn, table, constraint).await?,
        Effect::DropConstraint { table, constraint } => {
            !constraint_exists(conn, table, constraint).await?
        }
    })
}

/// How much of a statement's effects is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    All,
    Some,
    None,
}

/// Looks up all effects of one statement. Without effects: [`Presence::None`].
pub(crate) async fn presence(
    conn: &impl ConnectionTrait,
    effects: &[Effect],
) -> Result<Presence, DbErr> {
    let mut present = 0;
    for effect in effects {
        present += usize::from(is_present(conn, effect).await?);
    }
    Ok(match present {
        0 => Presence::None,
        n if n == effects.len() => Presence::All,
        _ => Presence::Some,
    })
}

async fn table_exists(conn: &impl ConnectionTrait, table: &Name) -> Result<bool, DbErr> {
    let Name { schema, name } = table.clone();
    match conn.get_database_backend() {
        DbBackend::MySql => {
            let sql = "SELECT COUNT(*) AS n FROM information_schema.TABLES \
                       WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?";
            found(conn, sql, vec![schema.into(), name.into()]).await
        }
        DbBackend::Postgres => {
            let sql = "SELECT COUNT(*) AS n FROM pg_catalog.pg_class c JOIN \
                       pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
                       WHERE s.nspname = COALESCE($1::text, current_schema()) AND c.relname = $2 \
                       AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
            found(conn, sql, vec![schema.into(), name.into()]).await
        }
        _ => {
            let sql = "SELECT COUNT(*) AS n FROM sqlite_master WHERE type IN ('table', 'view') \
                       AND name = ? COLLATE NOCASE";
            found(conn, sql, vec![name.into()]).await
        }
    }
}

async fn column_exists(
    conn: &impl ConnectionTrait,
    table: &Name,
    column: &str,
) -> Result<bool, DbErr> {
    let Name { schema, name } = table.clone();
    match conn.get_database_backend() {
        DbBackend::MySql => {
            let sql = "SELECT COUNT(*) AS n FROM information_schema.COLUMNS \
                       WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND \
                       COLUMN_NAME = ?";
            found(conn, sql, vec![schema.into(), name.into(), column.into()]).await
        }
        DbBackend::Postgres => {
            let sql = "SELECT COUNT(*) AS n FROM pg_catalog.pg_attribute a JOIN \
                       pg_catalog.pg_class c ON c.oid = a.attrelid \
                       JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
                       WHERE s.nspname = COALESCE($1::text, current_schema()) AND c.relname = $2 \
                       AND a.attname = $3 \
                       AND a.attnum > 0 AND NOT a.attisdropped";
            found(conn, sql, vec![schema.into(), name.into(), column.into()]).await
        }
        _ => {
            let sql =
                "SELECT COUNT(*) AS n FROM pragma_table_info(?) WHERE name = ? COLLATE NOCASE";
            found(conn, sql, vec![name.into(), column.into()]).await
        }
    }
}

async fn index_exists(
    conn: &impl ConnectionTrait,
    table: Option<&Name>,
    index: &str,
) -> Result<bool, DbErr> {
    let schema = table.and_then(|table| table.schema.clone());
    let name = table.map(|table| table.name.clone());
    match conn.get_database_backend() {
        DbBackend::MySql => {
            let sql = "SELECT COUNT(*) AS n FROM information_schema.STATISTICS \
                       WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND \
                       INDEX_NAME = ?";
            found(conn, sql, vec![schema.into(), name.into(), index.into()]).await
        }
        DbBackend::Postgres => {
            // An index that CONCURRENTLY left behind unfinished is not there.
            let sql = "SELECT COUNT(*) AS n FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c \
                       ON c.oid = i.indexrelid \
                       JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
                       WHERE s.nspname = COALESCE($1::text, current_schema()) AND c.relname = $2 \
                       AND i.indisvalid";
            found(conn, sql, vec![schema.into(), index.into()]).await
        }
        _ => {
            let sql = "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'index' AND name = ? \
                       COLLATE NOCASE";
            found(conn, sql, vec![index.into()]).await
        }
    }
}

async fn constraint_exists(
    conn: &impl ConnectionTrait,
    table: &Name,
    constraint: &str,
) -> Result<bool, DbErr> {
    let Name { schema, name } = table.clone();
    let sql = match conn.get_database_backend() {
        DbBackend::MySql => {
            "SELECT COUNT(*) AS n FROM information_schema.TABLE_CONSTRAINTS \
             WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND CONSTRAINT_NAME \
             = ?"
        }
        DbBackend::Postgres => {
            "SELECT COUNT(*) AS n FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON \
             c.oid = k.conrelid \
             JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
             WHERE s.nspname = COALESCE($1::text, current_schema()) AND c.relname = $2 AND \
             k.conname = $3"
        }
        // SQLite keeps no names of constraints, and cannot add or drop them.
        _ => return Ok(false),
    };
    found(
        conn,
        sql,
        vec![schema.into(), name.into(), constraint.into()],
    )
    .await
}

async fn found(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<bool, DbErr> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    let row = conn.query_one_raw(statement).await?;
    let count: Option<i64> = row.map(|row| row.try_get("", "n")).transpose()?;
    Ok(count.unwrap_or(0) > 0)
}
