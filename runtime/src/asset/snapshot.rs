//! One owner's rows, all as of one moment.

use sea_orm::{
    ConnectionTrait as _, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    TransactionOptions,
};

use super::attempt::GROUP;
use super::owner::Owner;
use crate::app::{BoxFuture, Context};
use crate::db::{Begin, Transaction, transaction_options};
use crate::shard::{ShardConn, ShardError, ShardKey};

/// The tables that are looked at together.
const TABLES: [&str; 5] = [
    "asset_owner_tb",
    "user_asset_tb",
    "asset_log_tb",
    "asset_lot_tb",
    "asset_inventory_tb",
];

/// Begins transactions that see one moment, and hinder no writer.
///
/// While rows are moved there are no such: a snapshot may show them where they are not any more.
/// Then the transaction sees what is committed, and must lock the owner's head before it looks:
/// [`is_settled`] says which of both it is. SQLite always has a snapshot.
pub(super) struct Snapshot {
    conn: ShardConn,
    key: ShardKey,
}

impl Snapshot {
    pub(super) fn of(ctx: &Context, owner: &Owner) -> Self {
        let key = owner.shard_key();
        Self {
            conn: ctx.shard_of(GROUP, &key),
            key,
        }
    }

    async fn begin(&self) -> Result<Transaction<'static>, DbErr> {
        let is_settled = self.conn.is_settled(&TABLES).await?;
        let backend = self.conn.get_database_backend();
        let isolation_level = match (is_settled, backend) {
            (_, DbBackend::Sqlite) => None,
            (true, _) => Some(IsolationLevel::RepeatableRead),
            (false, _) => Some(IsolationLevel::ReadCommitted),
        };
        let options = TransactionOptions {
            isolation_level,
            // Its snapshot shows where rows are together with the rows, moved or not.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
            ..transaction_options()
        };
        let txn = self.conn.begin_as(options).await?;
        if self::is_settled(&txn, &self.key)? == is_settled {
            Ok(txn)
        } else {
            // It began between: done again, both see the same.
            Err(ShardError::LayoutChanged.into())
        }
    }
}

/// Whether the transaction has a snapshot.
pub(super) fn is_settled(txn: &Transaction<'_>, key: &ShardKey) -> Result<bool, ShardError> {
    Ok(txn.place_of(&TABLES, key)?.is_some())
}

impl Begin for Snapshot {
    fn begin_transaction<'env>(&self) -> BoxFuture<'_, Result<Transaction<'env>, DbErr>> {
        Box::pin(async move { Ok(self.begin().await? as Transaction<'env>) })
    }
}
