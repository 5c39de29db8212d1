//! A database seen with a key: SeaORM's typed API on sharded tables.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{Stream, stream};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, IsolationLevel,
    QueryResult, Statement, StreamTrait, TransactionError, TransactionOptions, TransactionSession,
    TransactionTrait,
};

use super::ShardError;
use super::key::ShardKey;
use super::layouts::{Layouts, Resolver, Shards};
use super::moving::is_write;
use super::rewrite::rewrite;
use super::route::TxnRoute;
use crate::db::{Transaction, is_retryable};

/// How often a single statement is tried whose table is on the move.
const ATTEMPTS_MAX: u32 = 5;

/// What [`StreamTrait`] and [`TransactionTrait`] return in a box.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'a>>;

/// A connection for the rows of one key.
///
/// Use it wherever SeaORM wants a connection: finders, `insert_many`, `save`, paginators, streams
/// and raw statements reach the physical table of the key. Statements on tables that are not
/// sharded pass as they are. Cheap to make and to clone.
#[derive(Clone, Debug)]
pub struct ShardConn {
    shards: Arc<Shards>,
    replica: Option<Arc<Shards>>,
    key: ShardKey,
}

/// What is to be done with a statement.
enum Way {
    /// Send it.
    Straight(Option<String>),
    /// Send it under the lock of its slot.
    Locked,
}

impl ShardConn {
    /// A connection to the tables of `key`.
    #[must_use]
    pub fn new(shards: Arc<Shards>, key: ShardKey) -> Self {
        Self {
            shards,
            replica: None,
            key,
        }
    }

    /// Sends plain `SELECT`s to a copy of the database, as long as both have the same layouts and
    /// no rows are moved.
    #[must_use]
    pub fn reading_from(mut self, replica: Arc<Shards>) -> Self {
        self.replica = Some(replica);
        self
    }

    /// Whose rows it reaches.
    #[must_use]
    pub fn key(&self) -> &ShardKey {
        &self.key
    }

    fn db(&self) -> &DatabaseConnection {
        self.shards.db()
    }

    /// Where a statement that needs no lock is asked.
    async fn source(&self, sql: &str) -> Result<&DatabaseConnection, DbErr> {
        let Some(replica) = &self.replica else {
            return Ok(self.db());
        };
        if !is_plain_read(sql, self.db().get_database_backend()) {
            return Ok(self.db());
        }
        let (own, _) = self.shards.current().await?;
        let same = match replica.current().await {
            Ok((copied, _)) => own.is_same_as(&copied) && !own.is_any_moving(),
            Err(error) => {
                tracing::debug!(%error, "a copy of the database does not answer");
                false
            }
        };
        Ok(if same { replica.db() } else { self.db() })
    }

    async fn way(&self, sql: &str) -> Result<Way, DbErr> {
        let (physical, is_moving) = self.rewritten(sql).await?;
        Ok(if is_moving {
            Way::Locked
        } else {
            Way::Straight(physical)
        })
    }

    /// The statement with physical names, if it names sharded tables; and whether one of them is
    /// on the move.
    async fn rewritten(&self, sql: &str) -> Result<(Option<String>, bool), DbErr> {
        let look = |layouts: &Layouts| {
            let mut resolver = Resolver::new(layouts, &self.key);
            let physical = rewrite(sql, self.db().get_database_backend(), &mut resolver)?;
            Ok((physical, !resolver.moving.is_empty()))
        };
        if let Some(outcome) = self.shards.with_fresh(look) {
            return outcome;
        }
        let (layouts, _) = self.shards.current().await?;
        look(&layouts)
    }

    /// Runs one statement in a transaction of its own, which holds the lock of the slot.
    async fn locked<T, F>(&self, run: F) -> Result<T, DbErr>
    where
        T: Send,
        F: for<'c> Fn(&'c Transaction<'static>) -> Boxed<'c, T> + Send + Sync,
    {
        let mut attempt = 1;
        loop {
            let outcome = async {
                let txn = self.begin().await?;
                let value = run(&txn).await?;
                txn.commit().await?;
                Ok(value)
            };
            match outcome.await {
                Err(error) if is_retryable(&error) && attempt < ATTEMPTS_MAX => attempt += 1,
                other => return other,
            }
        }
    }

    /// Whether no rows of these tables are being moved.
    pub(crate) async fn is_settled(&self, tables: &[&str]) -> Result<bool, DbErr> {
        let (layouts, _) = self.shards.current().await?;
        let is_moving = |name: &&str| layouts.of(name).is_some_and(|table| table.is_moving());
        Ok(!tables.iter().any(is_moving))
    }

    pub(crate) async fn begin_as(
        &self,
        mut options: TransactionOptions,
    ) -> Result<Transaction<'static>, DbErr> {
        let (layouts, fresh_until) = self.shards.current().await?;
        if layouts.is_any_moving() && options.isolation_level.is_none() {
            // With one snapshot for all statements MySQL would show a slot as it was before its
            // lock.
            options.isolation_level = Some(IsolationLevel::ReadCommitted)
                .filter(|_| self.db().get_database_backend() == DbBackend::MySql);
        }
        let inner = self.db().begin_with_options(options).await?;
        let route = TxnRoute::new(Arc::clone(&self.shards), layouts, fresh_until);
        Ok(Transaction::sharded(
            inner,
            Arc::new(route),
            self.key.clone(),
        ))
    }
}

/// Whether a statement reads and locks nothing.
fn is_plain_read(sql: &str, backend: DbBackend) -> bool {
    const LOCKS: [&str; 3] = [" FOR UPDATE", " FOR SHARE", " LOCK IN "];
    !is_write(sql, backend) && !LOCKS.iter().any(|lock| sql.contains(lock))
}

fn with_text(mut statement: Statement, sql: Option<String>) -> Statement {
    if let Some(sql) = sql {
        statement.sql = sql;
    }
    statement
}

#[async_trait]
impl ConnectionTrait for ShardConn {
    fn get_database_backend(&self) -> DbBackend {
        self.db().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self.way(&statement.sql).await? {
            Way::Straight(sql) => self.db().execute_raw(with_text(statement, sql)).await,
            Way::Locked => self.locked(|txn| txn.execute_raw(statement.clone())).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self.way(sql).await? {
            Way::Straight(physical) => {
                let sql = physical.as_deref().unwrap_or(sql);
                self.db().execute_unprepared(sql).await
            }
            Way::Locked => {
                let sql = sql.to_owned();
                self.locked(|txn| {
                    let sql = sql.clone();
                    Box::pin(async move { txn.execute_unprepared(&sql).await })
                })
                .await
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.way(&statement.sql).await? {
            Way::Straight(sql) => {
                let source = self.source(&statement.sql).await?;
                source.query_one_raw(with_text(statement, sql)).await
            }
            Way::Locked => {
                self.locked(|txn| txn.query_one_raw(statement.clone()))
                    .await
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.way(&statement.sql).await? {
            Way::Straight(sql) => {
                let source = self.source(&statement.sql).await?;
                source.query_all_raw(with_text(statement, sql)).await
            }
            Way::Locked => {
                self.locked(|txn| txn.query_all_raw(statement.clone()))
                    .await
            }
        }
    }
}

/// Rows as they come.
pub type RowStream<'a> = Pin<Box<dyn Stream<Item = Result<QueryResult, DbErr>> + Send + 'a>>;

impl StreamTrait for ShardConn {
    type Stream<'a> = RowStream<'a>;

    fn get_database_backend(&self) -> DbBackend {
        self.db().get_database_backend()
    }

    fn stream_raw<'a>(&'a self, statement: Statement) -> Boxed<'a, RowStream<'a>> {
        Box::pin(async move {
            match self.way(&statement.sql).await? {
                Way::Straight(sql) => {
                    let source = self.source(&statement.sql).await?;
                    let rows = source.stream_raw(with_text(statement, sql)).await?;
                    Ok(Box::pin(rows) as RowStream<'a>)
                }
                // The lock must not be held for as long as somebody takes to read.
                Way::Locked => {
                    let rows = self.locked(|txn| txn.query_all_raw(statement.clone()));
                    let rows = rows.await?;
                    Ok(Box::pin(stream::iter(rows.into_iter().map(Ok))) as RowStream<'a>)
                }
            }
        })
    }
}

#[async_trait]
impl TransactionTrait for ShardConn {
    type Transaction = Transaction<'static>;

    async fn begin(&self) -> Result<Transaction<'static>, DbErr> {
        self.begin_as(crate::db::transaction_options()).await
    }

    async fn begin_with_config(
        &self,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<Transaction<'static>, DbErr> {
        self.begin_as(TransactionOptions {
            isolation_level,
            access_mode,
            ..crate::db::transaction_options()
        })
        .await
    }

    async fn begin_with_options(
        &self,
        options: TransactionOptions,
    ) -> Result<Transaction<'static>, DbErr> {
        self.begin_as(options).await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(
                &'c Transaction<'static>,
            ) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
            + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
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
        F: for<'c> FnOnce(
                &'c Transaction<'static>,
            ) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
            + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        let txn = self.begin_with_config(isolation_level, access_mode).await;
        let txn = txn.map_err(TransactionError::Connection)?;
        txn.finish(callback).await
    }
}

impl ShardConn {
    /// The statement as it would be sent, with physical names. For `EXPLAIN` and tools; while a table
    /// is moved its names may be others a moment later.
    ///
    /// # Errors
    /// The key does not name the column of a table.
    pub async fn physical_sql(&self, sql: &str) -> Result<String, DbErr> {
        let (physical, _) = self.rewritten(sql).await?;
        Ok(physical.unwrap_or_else(|| sql.to_owned()))
    }

    /// The physical table of a logical one for this key, e.g. `user_asset_3_tb`. For messages and
    /// tools; while the table is moved it may be another one a moment later.
    ///
    /// # Errors
    /// The table has no layout, or the key does not name its column.
    pub async fn physical_table(&self, table: &str) -> Result<String, DbErr> {
        let (layouts, _) = self.shards.current().await?;
        let unknown = || ShardError::NotSharded {
            table: table.to_owned(),
        };
        let known = layouts.of(table).ok_or_else(unknown)?;
        let number = known.number(known.value(&self.key)?);
        let name = known.name(number).ok_or_else(unknown)?;
        Ok(name.to_owned())
    }
}
