//! Transactions that are tried again when the database gives up on them.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::time::{Instant, sleep};

use super::is_retryable;
use crate::app::BoxFuture;
use crate::error::AppResult;
use crate::random;

/// How often a transaction is tried.
const ATTEMPTS_MAX: u32 = 5;
/// No attempt begins later than this after the first: the caller waits.
const RETRY_WINDOW: Duration = Duration::from_secs(5);
/// Longest pause before the second attempt; it doubles with each further one.
const FIRST_PAUSE_MS: u64 = 10;

/// An open transaction, as [`transaction`] hands it to its closure.
///
/// Use it wherever SeaORM wants a connection. `'env` is the life of what the closure borrows.
#[derive(Debug)]
pub struct Transaction<'env> {
    inner: DatabaseTransaction,
    env: PhantomData<&'env ()>,
}

/// Runs `work` in a transaction: commits when it returns `Ok`, rolls back when it returns `Err`.
///
/// When the database gives up with a deadlock, a serialisation failure or a busy file, `work` is
/// done again from the start, at most five times, with a pause of random length between. So it must
/// have no effect outside of the transaction; and take ids from `Context::next_id` before, not in
/// it: on SQLite the id generator would wait for the very lock that the transaction holds.
///
/// ```
/// # use cloudapp_runtime::{db, error::AppResult};
/// # use sea_orm::{ConnectionTrait, DatabaseConnection};
/// async fn rename(conn: &DatabaseConnection, title: &str) -> AppResult<u64> {
///     db::transaction(conn, |txn| {
///         Box::pin(async move {
///             let done = txn.execute_unprepared(title).await?;
///             Ok(done.rows_affected())
///         })
///     })
///     .await
/// }
/// ```
///
/// # Errors
/// What `work` returned; `busy` when the last attempt failed too; the error of begin or commit.
pub async fn transaction<'env, T, F>(conn: &DatabaseConnection, work: F) -> AppResult<T>
where
    T: Send,
    F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Send + Sync,
{
    let start = Instant::now();
    let mut attempt = 1;
    loop {
        let error = match attempt_once(conn, &work).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !error.database_error().is_some_and(is_retryable) {
            return Err(error);
        }
        if attempt == ATTEMPTS_MAX || start.elapsed() > RETRY_WINDOW {
            return Err(error);
        }
        tracing::debug!(attempt, error = %error.detail(), "transaction is tried again");
        // Both sides of a deadlock wait: without chance they would meet again.
        let pause_ms = 1 + random::below(FIRST_PAUSE_MS << (attempt - 1))?;
        sleep(Duration::from_millis(pause_ms)).await;
        attempt += 1;
    }
}

async fn attempt_once<'env, T, F>(conn: &DatabaseConnection, work: &F) -> AppResult<T>
where
    T: Send,
    F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Send + Sync,
{
    // Only SQLite looks at its mode. Taking the write lock at once, a transaction that reads first
    // cannot find later that another one wrote in between.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let txn = Transaction {
        inner: conn.begin_with_options(options).await?,
        env: PhantomData,
    };
    match work(&txn).await {
        Ok(value) => {
            txn.inner.commit().await?;
            Ok(value)
        }
        Err(error) => {
            if let Err(error) = txn.inner.rollback().await {
                // The connection is gone, and the transaction with it.
                tracing::debug!(%error, "roll-back failed");
            }
            Err(error)
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

/// The shape that `async_trait` gives to a method, written out to save the dependency.
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'a>>;

impl ConnectionTrait for Transaction<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    fn execute_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, ExecResult>
    where
        'a: 'b,
        Self: 'b,
    {
        self.inner.execute_raw(statement)
    }

    fn execute_unprepared<'a, 's, 'b>(&'a self, sql: &'s str) -> Answer<'b, ExecResult>
    where
        'a: 'b,
        's: 'b,
        Self: 'b,
    {
        self.inner.execute_unprepared(sql)
    }

    fn query_one_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, Option<QueryResult>>
    where
        'a: 'b,
        Self: 'b,
    {
        self.inner.query_one_raw(statement)
    }

    fn query_all_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, Vec<QueryResult>>
    where
        'a: 'b,
        Self: 'b,
    {
        self.inner.query_all_raw(statement)
    }
}
