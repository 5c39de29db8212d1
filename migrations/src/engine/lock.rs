//! The lock itself, in the words of each database.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sha2::{Digest, Sha256};

use super::sql::normal::hex;

/// Takes the lock if it is free. It belongs to the connection, and to one database (PostgreSQL:
/// schema).
pub(crate) async fn try_acquire(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let row = match conn.get_database_backend() {
        DbBackend::MySql => {
            let name = mysql_name(conn).await?;
            let sql = "SELECT COALESCE(GET_LOCK(?, 0), 0) = 1 AS granted";
            conn.query_one_raw(statement(conn, sql, vec![name.into()]))
                .await?
        }
        _ => {
            let key = postgres_key(conn).await?;
            let sql = "SELECT pg_try_advisory_lock($1) AS granted";
            conn.query_one_raw(statement(conn, sql, vec![key.into()]))
                .await?
        }
    };
    let granted = row
        .map(|row| row.try_get::<bool>("", "granted"))
        .transpose()?;
    Ok(granted.unwrap_or(false))
}

/// Frees the lock.
pub(crate) async fn release(conn: &impl ConnectionTrait) -> Result<(), DbErr> {
    let release = match conn.get_database_backend() {
        DbBackend::MySql => statement(
            conn,
            "SELECT RELEASE_LOCK(?)",
            vec![mysql_name(conn).await?.into()],
        ),
        _ => statement(
            conn,
            "SELECT pg_advisory_unlock($1)",
            vec![postgres_key(conn).await?.into()],
        ),
    };
    conn.query_one_raw(release).await.map(|_| ())
}

/// Who holds the lock, as far as this user may see.
pub(crate) async fn holder(conn: &impl ConnectionTrait) -> Option<String> {
    let ask = match conn.get_database_backend() {
        DbBackend::MySql => {
            let sql = "SELECT CONCAT('connection ', ID, ' of ', USER, '@', HOST, ', for ', TIME, \
                       ' s in its present state') AS who \
                       FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK(?)";
            statement(conn, sql, vec![mysql_name(conn).await.ok()?.into()])
        }
        _ => {
            let sql = "SELECT 'server process ' || a.pid || ' of ' || a.usename || COALESCE('@' \
                       || host(a.client_addr), '') || ', connected since ' \
                       || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS who FROM \
                       pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
                       WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND \
                       a.datname = current_database() \
                       AND ((l.classid::bigint << 32) | l.objid::bigint) = $1";
            statement(conn, sql, vec![postgres_key(conn).await.ok()?.into()])
        }
    };
    let row = conn.query_one_raw(ask).await.ok()??;
    row.try_get("", "who").ok()
}

/// Whether the error says that another connection is writing to the SQLite file.
pub(crate) fn is_busy(error: &DbErr) -> bool {
    /// SQLITE_BUSY and SQLITE_LOCKED; extended codes keep them in the low byte.
    const BUSY: [u32; 2] = [5, 6];
    let code = database_code(error).and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| BUSY.contains(&(code & 0xff)))
}

/// Whether the database itself refused the statement: then it is certain that it did not take
/// effect. (Otherwise the connection may have broken while the statement ran.)
pub(crate) fn is_refusal(error: &DbErr) -> bool {
    database_code(error).is_some()
}

fn database_code(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(inner) | DbErr::Exec(inner) | DbErr::Query(inner)) = error else {
        return None;
    };
    match inner {
        sea_orm::RuntimeErr::SqlxError(error) => {
            let refusal = error.as_database_error()?;
            Some(
                refusal
                    .code()
                    .map(|code| code.into_owned())
                    .unwrap_or_default(),
            )
        }
        sea_orm::RuntimeErr::Internal(_) => None,
    }
}

fn statement(conn: &impl ConnectionTrait, sql: &str, values: Vec<sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), sql, values)
}

/// MySQL's locks are the server's, so the name holds the database's; at most 64 characters.
async fn mysql_name(conn: &impl ConnectionTrait) -> Result<String, DbErr> {
    let sql = "SELECT IF(@@lower_case_table_names = 0, DATABASE(), LOWER(DATABASE())) AS place";
    Ok(format!(
        "cloudapp_migrate_{}",
        hex(&place(conn, sql).await?[..16])
    ))
}

/// PostgreSQL's locks are the database's; the key holds the schema's name.
async fn postgres_key(conn: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let digest = place(conn, "SELECT current_schema()::text AS place").await?;
    let mut key = [0; 8];
    key.copy_from_slice(&digest[..8]);
    Ok(i64::from_be_bytes(key))
}

async fn place(conn: &impl ConnectionTrait, sql: &str) -> Result<[u8; 32], DbErr> {
    let row = conn.query_one_raw(statement(conn, sql, Vec::new())).await?;
    let place: Option<String> = row
        .map(|row| row.try_get("", "place"))
        .transpose()?
        .flatten();
    let mut hash = Sha256::new();
    hash.update(b"cloudapp_migration_tb:");
    hash.update(place.unwrap_or_default());
    Ok(hash.finalize().into())
}
