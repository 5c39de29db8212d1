//! A lock on the schema of a SQLite file that outlives a transaction: a row that says who holds it
//! until when. Its holder renews it; of a holder that was killed it runs out by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::task::JoinHandle;

use super::error::{Doing, MigrateError};
use super::probe;
use super::report::Options;
use super::session::begin_immediate;

const TABLE: &str = "cloudapp_shard_lease_tb";

const DOING: &str = "leasing the database for changes of its schema";

/// How long the lease of a killed holder lives on.
const LIFE_MS: u64 = 4_000;

/// Time between two renewals: several may fail before the lease runs out.
const RENEWAL: Duration = Duration::from_millis(800);

/// Milliseconds since 1970, by the clock that all processes of the file share.
const NOW: &str = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";

/// A lease, renewed until it is released or dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    conn: DatabaseConnection,
    owner: String,
    lost: Arc<AtomicBool>,
    renewing: JoinHandle<()>,
}

impl Lease {
    /// Takes the lease if nobody holds it.
    pub(crate) async fn try_take(
        conn: &DatabaseConnection,
        options: &Options,
    ) -> Result<Option<Self>, MigrateError> {
        let create = format!(
            "CREATE TABLE IF NOT EXISTS {TABLE} (name varchar(64) NOT NULL PRIMARY KEY, owner \
             varchar(64) NOT NULL, expires_ms bigint NOT NULL)"
        );
        let take = format!(
            "INSERT INTO {TABLE} (name, owner, expires_ms) VALUES ('schema', \
             lower(hex(randomblob(16))), {NOW} + {LIFE_MS}) ON CONFLICT (name) DO \
             UPDATE SET owner = excluded.owner, expires_ms = excluded.expires_ms WHERE \
             expires_ms <= {NOW} RETURNING owner"
        );
        let txn = begin_immediate(conn, options).await?;
        txn.execute_unprepared(&create).await.doing(DOING)?;
        let take = Statement::from_string(DbBackend::Sqlite, take);
        let taken = txn.query_one_raw(take).await.doing(DOING)?;
        txn.commit().await.doing(DOING)?;
        let Some(taken) = taken else {
            return Ok(None);
        };
        let owner: String = taken.try_get("", "owner").doing(DOING)?;
        let lost = Arc::new(AtomicBool::new(false));
        let renewing = tokio::spawn(renew(conn.clone(), owner.clone(), lost.clone()));
        Ok(Some(Self {
            conn: conn.clone(),
            owner,
            lost,
            renewing,
        }))
    }

    /// Whether it is still this holder's.
    pub(crate) async fn is_ours(&self) -> Result<bool, MigrateError> {
        if self.lost.load(Ordering::Acquire) {
            return Ok(false);
        }
        extend(&self.conn, &self.owner).await.doing(DOING)
    }

    /// Gives it back at once.
    pub(crate) async fn release(self) -> Result<(), MigrateError> {
        self.renewing.abort();
        let free = format!("DELETE FROM {TABLE} WHERE owner = '{}'", self.owner);
        self.conn.execute_unprepared(&free).await.doing(DOING)?;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

async fn renew(conn: DatabaseConnection, owner: String, lost: Arc<AtomicBool>) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        match extend(&conn, &owner).await {
            Ok(true) => {}
            Ok(false) => return lost.store(true, Ordering::Release),
            // Another writer was at work for too long: tried again, until the lease is another's.
            Err(error) => tracing::debug!("renewing the lease of the schema: {error}"),
        }
    }
}

/// Whether the lease was still there to be extended. One that ran out is lost even if nobody took
/// it: a migration may have run since.
async fn extend(conn: &DatabaseConnection, owner: &str) -> Result<bool, DbErr> {
    let sql = format!(
        "UPDATE {TABLE} SET expires_ms = {NOW} + {LIFE_MS} WHERE owner = '{owner}' AND expires_ms \
         > {NOW}"
    );
    Ok(conn.execute_unprepared(&sql).await?.rows_affected() == 1)
}

/// Whether somebody holds the lease.
pub(crate) async fn is_held(conn: &impl ConnectionTrait) -> Result<bool, MigrateError> {
    if !probe::has_table(conn, TABLE).await.doing(DOING)? {
        return Ok(false);
    }
    let sql = format!("SELECT 1 FROM {TABLE} WHERE expires_ms > {NOW}");
    let row = conn
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await;
    Ok(row.doing(DOING)?.is_some())
}
