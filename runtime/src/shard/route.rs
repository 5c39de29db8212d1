//! The way of a statement inside of a transaction: which physical tables it names.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::ShardError;
use super::key::ShardKey;
use super::layouts::{LEASE, Layouts, Resolver, Shards};
use super::moving::{self, Held};
use super::rewrite::rewrite;

/// What a transaction knows of the sharded tables: one layout from begin to end.
#[derive(Debug)]
pub(crate) struct TxnRoute {
    shards: Arc<Shards>,
    layouts: Arc<Layouts>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    fresh_until: Instant,
    held: Vec<Held>,
}

impl TxnRoute {
    pub(crate) fn new(shards: Arc<Shards>, layouts: Arc<Layouts>, fresh_until: Instant) -> Self {
        Self {
            shards,
            layouts,
            state: Mutex::new(State {
                fresh_until,
                held: Vec::new(),
            }),
        }
    }

    /// The numbers of the physical tables in which the rows of a key are; `None` while one of them
    /// is moved, when only a statement's own lock tells.
    pub(crate) fn place_of(
        &self,
        tables: &[&str],
        key: &ShardKey,
    ) -> Result<Option<Vec<u16>>, ShardError> {
        let mut place = Vec::with_capacity(tables.len());
        for table in tables {
            let unknown = || ShardError::NotSharded {
                table: (*table).to_owned(),
            };
            let known = self.layouts.of(table).ok_or_else(unknown)?;
            if known.is_moving() {
                return Ok(None);
            }
            place.push(known.number(known.value(key)?));
        }
        Ok(Some(place))
    }

    /// The statement's text with physical names; `None` when it names no sharded table.
    pub(crate) async fn physical(
        &self,
        txn: &DatabaseTransaction,
        key: &ShardKey,
        sql: &str,
    ) -> Result<Option<String>, DbErr> {
        let backend = txn.get_database_backend();
        let mut resolver = Resolver::new(&self.layouts, key);
        let rewritten = rewrite(sql, backend, &mut resolver)?;
        if !resolver.touched {
            return Ok(None);
        }
        let moving = std::mem::take(&mut resolver.moving);
        let mut state = self.state.lock().await;
        if Instant::now() >= state.fresh_until {
            self.renew(txn).await?;
            state.fresh_until = Instant::now() + LEASE - RENEWING_MAX;
        }
        if moving.is_empty() {
            return Ok(rewritten);
        }
        let is_write = moving::is_write(sql, backend);
        let held = &mut state.held;
        let owners = moving::hold(txn, &self.layouts, key, &moving, is_write, held).await;
        if let Err(error) = &owners
            && ShardError::is_layout_changed(error)
        {
            self.shards.forget();
        }
        let owners = owners?;
        let mut resolver = Resolver::new(&self.layouts, key);
        resolver.owners = &owners;
        rewrite(sql, backend, &mut resolver)
    }

    /// Makes sure, in the transaction itself, that its layout is still the database's: another
    /// connection might be the one that this transaction makes everybody wait for.
    async fn renew(&self, txn: &DatabaseTransaction) -> Result<(), DbErr> {
        let begun = Instant::now();
        let backend = txn.get_database_backend();
        // A locking read, because MySQL answers a plain one from the transaction's snapshot.
        let sql = match backend {
            DbBackend::MySql => {
                "SELECT table_name, version FROM cloudapp_shard_tb LOCK IN SHARE MODE"
            }
            _ => "SELECT table_name, version FROM cloudapp_shard_tb",
        };
        let rows = txn
            .query_all_raw(Statement::from_string(backend, sql))
            .await?;
        for layout in self.layouts.iter() {
            let mut is_same = false;
            for row in &rows {
                if row.try_get::<String>("", "table_name")? == layout.table {
                    is_same = row.try_get::<i64>("", "version")? == layout.version;
                }
            }
            if !is_same {
                self.shards.forget();
                return Err(ShardError::LayoutChanged.into());
            }
        }
        if begun.elapsed() > RENEWING_MAX {
            return Err(ShardError::LayoutChanged.into());
        }
        Ok(())
    }
}

/// An answer that took longer is too old to rely on for the rest of the lease.
const RENEWING_MAX: Duration = Duration::from_secs(1);

/// A transaction, seen with a key: what SeaORM takes for a connection.
///
/// Made by [`Transaction::route`](crate::db::Transaction::route).
#[derive(Clone, Copy, Debug)]
pub struct Routed<'a> {
    pub(crate) txn: &'a DatabaseTransaction,
    pub(crate) route: Option<(&'a TxnRoute, &'a ShardKey)>,
}

impl Routed<'_> {
    pub(crate) async fn statement(&self, mut statement: Statement) -> Result<Statement, DbErr> {
        let Some((route, key)) = self.route else {
            return Ok(statement);
        };
        if let Some(sql) = route.physical(self.txn, key, &statement.sql).await? {
            statement.sql = sql;
        }
        Ok(statement)
    }
}

#[async_trait]
impl ConnectionTrait for Routed<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.txn.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let statement = self.statement(statement).await?;
        self.txn.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let physical = match self.route {
            Some((route, key)) => route.physical(self.txn, key, sql).await?,
            None => None,
        };
        self.txn
            .execute_unprepared(physical.as_deref().unwrap_or(sql))
            .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let statement = self.statement(statement).await?;
        self.txn.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let statement = self.statement(statement).await?;
        self.txn.query_all_raw(statement).await
    }
}
