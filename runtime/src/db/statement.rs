//! Short statements, written once for all databases: `?` for each value, `{now}` for the database's
//! time in microseconds since 1970.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, SqlErr, Statement, Value};

/// The database's time in microseconds.
fn now(backend: DbBackend) -> &'static str {
    match backend {
        // Not NOW(), which is when the statement began: it may have waited for a lock since.
        DbBackend::MySql => "CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)",
        DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        _ => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
    }
}

/// A statement with `?` for each value and `{now}` for the time, as this database writes them.
fn statement(backend: DbBackend, sql: &str, values: Vec<Value>) -> Statement {
    let mut sql = sql.replace("{now}", now(backend));
    if backend == DbBackend::Postgres {
        for number in 1..=values.len() {
            sql = sql.replacen('?', &format!("${number}"), 1);
        }
    }
    Statement::from_sql_and_values(backend, sql, values)
}

/// How many rows were changed.
pub(crate) async fn execute(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<u64, DbErr> {
    let statement = statement(conn.get_database_backend(), sql, values);
    Ok(conn.execute_raw(statement).await?.rows_affected())
}

/// The first row.
pub(crate) async fn one(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Option<QueryResult>, DbErr> {
    let statement = statement(conn.get_database_backend(), sql, values);
    conn.query_one_raw(statement).await
}

/// All rows.
pub(crate) async fn all(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let statement = statement(conn.get_database_backend(), sql, values);
    conn.query_all_raw(statement).await
}

/// What locks the rows of a `SELECT` in a transaction. SQLite has one writer at a time anyway.
pub(crate) fn for_update(conn: &impl ConnectionTrait) -> &'static str {
    match conn.get_database_backend() {
        DbBackend::Sqlite => "",
        _ => " FOR UPDATE",
    }
}

/// Inserts a row; `false` when there is such a row already.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<bool, DbErr> {
    match execute(conn, sql, values).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
