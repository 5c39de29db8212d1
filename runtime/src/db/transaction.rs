//! Transactions that are tried again when the database gives up on them.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    ExecResult, IsolationLevel, QueryResult, SqliteTransactionMode, Statement, StreamTrait,
    TransactionError, TransactionOptions, TransactionSession, TransactionTrait,
};
use tokio::time::{Instant, sleep};

use super::is_retryable;
use crate::app::BoxFuture;
use crate::error::AppResult;
use crate::random;
use crate::shard::{Routed, RowStream, ShardConn, ShardError, ShardKey, TxnRoute};

/// How often a transaction is tried.
const ATTEMPTS_MAX: u32 = 5;
/// No attempt begins later than this after the first: the caller waits.
const RETRY_WINDOW: Duration = Duration::from_secs(5);
/// Longest pause before the second attempt; it doubles with each further one.
const FIRST_PAUSE_MS: u64 = 10;

/// An open transaction, as [`transaction`] hands it to its closure.
///
/// Use it wherever SeaORM wants a connection. Begun on a [`ShardConn`], its statements reach the
/// tables of that key; [`Transaction::route`] gives a view on another key's. `'env` is the life of
/// what the closure borrows.
#[derive(Debug)]
pub struct Transaction<'env> {
    inner: DatabaseTransaction,
    route: Option<(Arc<TxnRoute>, ShardKey)>,
    /// How often somebody had a statement run, or could have.
    uses: AtomicUsize,
    env: PhantomData<&'env ()>,
}

/// Where a transaction can begin: a database, or a view on the rows of one key.
pub trait Begin: Sync {
    /// Begins one.
    fn begin_transaction<'env>(&self) -> BoxFuture<'_, Result<Transaction<'env>, DbErr>>;
}

impl Begin for DatabaseConnection {
    fn begin_transaction<'env>(&self) -> BoxFuture<'_, Result<Transaction<'env>, DbErr>> {
        Box::pin(async move {
            Ok(Transaction {
                inner: self.begin_with_options(transaction_options()).await?,
                route: None,
                uses: AtomicUsize::new(0),
                env: PhantomData,
            })
        })
    }
}

/// Begins transactions for rows that many processes take from each other: planned as for large
/// tables.
#[derive(Clone, Debug)]
pub(crate) struct Busy(pub(crate) DatabaseConnection);

impl Begin for Busy {
    fn begin_transaction<'env>(&self) -> BoxFuture<'_, Result<Transaction<'env>, DbErr>> {
        Box::pin(async move {
            let inner = self.0.begin_with_options(transaction_options()).await?;
            if self.0.get_database_backend() == DbBackend::Postgres {
                // A plan that was made while the table was empty is kept until it is analysed.
                let sql = "SET LOCAL enable_seqscan = off";
                inner.execute_unprepared(sql).await?;
            }
            Ok(Transaction {
                inner,
                route: None,
                uses: AtomicUsize::new(0),
                env: PhantomData,
            })
        })
    }
}

impl Begin for ShardConn {
    fn begin_transaction<'env>(&self) -> BoxFuture<'_, Result<Transaction<'env>, DbErr>> {
        Box::pin(async move { Ok(self.begin_as(transaction_options()).await?.into_env()) })
    }
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
pub async fn transaction<'env, T, F>(conn: &impl Begin, work: F) -> AppResult<T>
where
    T: Send,
    F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Send + Sync,
{
    run_transaction(conn, &work).await
}

/// What is done in a transaction: a closure, or something around one.
pub(crate) trait Work<'env, T>: Sync {
    /// Does it, once for each attempt.
    fn run<'c>(&'c self, txn: &'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>>;
}

impl<'env, T, F> Work<'env, T> for F
where
    F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Sync,
{
    fn run<'c>(&'c self, txn: &'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> {
        self(txn)
    }
}

/// As [`transaction`], for any kind of work.
pub(crate) async fn run_transaction<'env, T: Send>(
    conn: &impl Begin,
    work: &impl Work<'env, T>,
) -> AppResult<T> {
    let start = Instant::now();
    let mut attempt = 1;
    loop {
        let error = match attempt_once(conn, work).await {
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

/// How every transaction begins.
pub(crate) fn transaction_options() -> TransactionOptions {
    // Only SQLite looks at its mode. Taking the write lock at once, a transaction that reads first
    // cannot find later that another one wrote in between.
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

async fn attempt_once<'env, T: Send>(conn: &impl Begin, work: &impl Work<'env, T>) -> AppResult<T> {
    let txn = conn.begin_transaction().await?;
    match work.run(&txn).await {
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

impl<'env> Transaction<'env> {
    pub(crate) fn sharded(inner: DatabaseTransaction, route: Arc<TxnRoute>, key: ShardKey) -> Self {
        Self {
            inner,
            route: Some((route, key)),
            uses: AtomicUsize::new(0),
            env: PhantomData,
        }
    }

    pub(crate) fn into_env<'other>(self) -> Transaction<'other> {
        Transaction {
            inner: self.inner,
            route: self.route,
            uses: AtomicUsize::new(0),
            env: PhantomData,
        }
    }

    /// The same transaction for the rows of another key, e.g. of the player who is given something.
    ///
    /// Begun on a plain database, it has no sharded tables: statements on them fail.
    #[must_use]
    pub fn route<'a>(&'a self, key: &'a ShardKey) -> Routed<'a> {
        self.count();
        Routed {
            txn: &self.inner,
            route: self.route.as_ref().map(|(route, _)| (&**route, key)),
        }
    }

    /// In which physical tables the rows of a key are, by the layout of this transaction: rows of
    /// two keys with the same answer can be reached by one statement. `None` while rows are moved.
    pub(crate) fn place_of(
        &self,
        tables: &[&str],
        key: &ShardKey,
    ) -> Result<Option<Vec<u16>>, ShardError> {
        match &self.route {
            Some((route, _)) => route.place_of(tables, key),
            None => Err(ShardError::NotSharded {
                table: tables.join(", "),
            }),
        }
    }

    /// Grows whenever the transaction is used: as long as it stays the same, nothing was written.
    pub(crate) fn uses(&self) -> usize {
        self.uses.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.uses.fetch_add(1, Ordering::Relaxed);
    }

    fn own(&self) -> Routed<'_> {
        self.count();
        Routed {
            txn: &self.inner,
            route: self.route.as_ref().map(|(route, key)| (&**route, key)),
        }
    }

    fn nested(&self, inner: DatabaseTransaction) -> Self {
        self.count();
        Self {
            inner,
            route: self.route.clone(),
            uses: AtomicUsize::new(0),
            env: PhantomData,
        }
    }

    /// As SeaORM's closures end a transaction.
    pub(crate) async fn finish<F, T, E>(self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Self) -> BoxFuture<'c, Result<T, E>> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let outcome = callback(&self).await;
        let ended = match &outcome {
            Ok(_) => self.inner.commit().await,
            Err(_) => self.inner.rollback().await,
        };
        ended.map_err(TransactionError::Connection)?;
        outcome.map_err(TransactionError::Transaction)
    }
}

#[async_trait]
impl ConnectionTrait for Transaction<'_> {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.inner)
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.own().execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.own().execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.own().query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.own().query_all_raw(statement).await
    }
}

impl StreamTrait for Transaction<'_> {
    type Stream<'a>
        = RowStream<'a>
    where
        Self: 'a;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.inner)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<RowStream<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            let statement = self.own().statement(statement).await?;
            let rows = self.inner.stream_raw(statement).await?;
            Ok(Box::pin(rows) as RowStream<'a>)
        })
    }
}

#[async_trait]
impl<'env> TransactionTrait for Transaction<'env> {
    type Transaction = Transaction<'env>;

    async fn begin(&self) -> Result<Transaction<'env>, DbErr> {
        Ok(self.nested(self.inner.begin().await?))
    }

    async fn begin_with_config(
        &self,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<Transaction<'env>, DbErr> {
        let inner = self.inner.begin_with_config(isolation_level, access_mode);
        Ok(self.nested(inner.await?))
    }

    async fn begin_with_options(
        &self,
        options: TransactionOptions,
    ) -> Result<Transaction<'env>, DbErr> {
        Ok(self.nested(self.inner.begin_with_options(options).await?))
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Transaction<'env>) -> BoxFuture<'c, Result<T, E>> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let txn = self.begin().await.map_err(TransactionError::Connection)?;
        txn.finish(callback).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Transaction<'env>) -> BoxFuture<'c, Result<T, E>> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let txn = self.begin_with_config(isolation_level, access_mode).await;
        let txn = txn.map_err(TransactionError::Connection)?;
        txn.finish(callback).await
    }
}

#[async_trait]
impl TransactionSession for Transaction<'_> {
    async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await
    }

    async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}
