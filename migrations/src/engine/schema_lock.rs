//! The lock of migrations, for others who need the schema to stay as it is.

use std::fmt;
use std::time::Instant;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

use super::error::{Doing, MigrateError};
use super::lease::Lease;
use super::lock;
use super::report::{Event, Options};
use super::session::{PAUSE, Pinned, timed_out, wait_for_lock};

/// The lock that migrations take, held until it is released or dropped: meanwhile no migration runs
/// and nobody else gets it. It dies with its process: at once on PostgreSQL and MySQL, where it
/// belongs to a connection, within 5 s on SQLite, where it is a lease that a task of the present
/// runtime renews.
pub struct SchemaLock(Held);

enum Held {
    Session(Pinned),
    Lease(Lease),
}

impl fmt::Debug for SchemaLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemaLock").finish_non_exhaustive()
    }
}

impl SchemaLock {
    /// Waits for the lock, at most as long as `options` say.
    ///
    /// # Errors
    /// [`MigrateError::LockTimeout`] if others hold it for longer; the database cannot be reached.
    pub async fn acquire(
        conn: &DatabaseConnection,
        options: &Options,
    ) -> Result<Self, MigrateError> {
        if conn.get_database_backend() != DbBackend::Sqlite {
            let pinned = Pinned::open(conn).await?;
            wait_for_lock(&pinned.handle, options).await?;
            return Ok(Self(Held::Session(pinned)));
        }
        let begun = Instant::now();
        let mut told = false;
        loop {
            if let Some(lease) = Lease::try_take(conn, options).await? {
                if told {
                    let waited = begun.elapsed();
                    options.emit(&Event::LockAcquired { waited });
                }
                return Ok(Self(Held::Lease(lease)));
            }
            if begun.elapsed() >= options.lock_timeout {
                return Err(timed_out(begun, None));
            }
            if !std::mem::replace(&mut told, true) {
                options.emit(&Event::WaitingForLock { holder: None });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes the lock if it is free; `None` if somebody holds it. (On SQLite it waits for other
    /// writers of the file, at most as long as `options` say.)
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn try_acquire(
        conn: &DatabaseConnection,
        options: &Options,
    ) -> Result<Option<Self>, MigrateError> {
        const DOING: &str = "locking the database for changes of its schema";
        if conn.get_database_backend() == DbBackend::Sqlite {
            let lease = Lease::try_take(conn, options).await?;
            return Ok(lease.map(|lease| Self(Held::Lease(lease))));
        }
        let pinned = Pinned::open(conn).await?;
        if lock::try_acquire(&pinned.handle).await.doing(DOING)? {
            return Ok(Some(Self(Held::Session(pinned))));
        }
        pinned.close().await?;
        Ok(None)
    }

    /// Whether the lock is still held: its connection may have been lost, or (SQLite) its lease may
    /// have run out while the process was stopped. Worth asking before what cannot be undone.
    ///
    /// # Errors
    /// SQLite: the lease cannot be read.
    pub async fn is_held(&self) -> Result<bool, MigrateError> {
        match &self.0 {
            Held::Session(pinned) => Ok(pinned.handle.execute_unprepared("SELECT 1").await.is_ok()),
            Held::Lease(lease) => lease.is_ours().await,
        }
    }

    /// Frees the lock. (Dropping it does so, too, a little later.)
    ///
    /// # Errors
    /// The database cannot be reached: then it frees the lock itself.
    pub async fn release(self) -> Result<(), MigrateError> {
        match self.0 {
            Held::Session(pinned) => pinned.close().await,
            Held::Lease(lease) => lease.release().await,
        }
    }
}
