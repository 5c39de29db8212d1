//! What database errors mean: try the whole transaction again, or come back later.

use sea_orm::sqlx::{self, error::DatabaseError};
use sea_orm::{DbErr, RuntimeErr};

use crate::shard::ShardError;

/// Whether the database gave up on a transaction for no fault of the transaction: a deadlock, a
/// serialisation failure, a busy SQLite file, a sharded table that was moved. Done again from its
/// begin, it may well succeed.
#[must_use]
pub fn is_retryable(error: &DbErr) -> bool {
    if ShardError::is_layout_changed(error) {
        return true;
    }
    let Some(error) = refusal(error) else {
        return false;
    };
    #[cfg(feature = "mysql")]
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        // 1213 deadlock; 1020 row changed since the snapshot (MariaDB from 11.6).
        // Not 1205, lock wait time-out: it has cost long enough already.
        return matches!(error.number(), 1213 | 1020);
    }
    let code = error.code().unwrap_or_default();
    #[cfg(feature = "sqlite")]
    if error
        .try_downcast_ref::<sqlx::sqlite::SqliteError>()
        .is_some()
    {
        // The low byte is the primary code: 5 busy, 6 locked.
        return code
            .parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 5 | 6));
    }
    // PostgreSQL: serialisation failure, deadlock.
    matches!(&*code, "40001" | "40P01")
}

/// Whether the database cannot be had at the moment: no connection, a broken one, or a lock that
/// another transaction did not give back in time. What was asked for may or may not have been done.
#[must_use]
pub fn is_unavailable(error: &DbErr) -> bool {
    if let Some(refusal) = refusal(error) {
        #[cfg(feature = "mysql")]
        if let Some(error) = refusal.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
            // 1205 lock wait time-out; 1040 too many connections; 1053 server shutdown.
            return matches!(error.number(), 1205 | 1040 | 1053);
        }
        // PostgreSQL: lock not available, too many connections, the server is stopping or starting.
        return matches!(
            &*refusal.code().unwrap_or_default(),
            "55P03" | "53300" | "57P01" | "57P02" | "57P03"
        );
    }
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            matches!(
                &**error,
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed
            )
        }
        _ => false,
    }
}

/// What the database itself said.
fn refusal(error: &DbErr) -> Option<&dyn DatabaseError> {
    let (DbErr::Conn(error) | DbErr::Exec(error) | DbErr::Query(error)) = error else {
        return None;
    };
    match error {
        RuntimeErr::SqlxError(error) => error.as_database_error(),
        RuntimeErr::Internal(_) => None,
    }
}
