//! The one connection that migrates, and the lock that makes it the only one.
//!
//! PostgreSQL and MySQL: a connection of its own, outside of the app's pool, holds a session lock
//! and runs every statement; the server frees the lock when the connection ends, however the
//! process ends. The connection is pinned: were it lost, the next statement fails, instead of
//! running on another one without the lock. (A proxy that shares server connections between
//! transactions, such as PgBouncer in transaction mode, breaks session locks: point `migrate` past
//! it.) In a MySQL cluster with several writers the lock is one node's: let all deployers use the
//! same node.
//!
//! SQLite: each transaction takes the write lock of the file when it begins, and reads the history
//! anew. Who must keep migrations away for longer holds a [`lease`](mod@super::lease).

use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use super::error::{Doing, MigrateError};
use super::lease;
use super::lock;
use super::report::{Event, Options};

/// Time between two attempts to get the lock.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

/// Time after which a wait is worth telling.
const TELL_AFTER: Duration = Duration::from_millis(500);

const DOING_BEGIN: &str = "beginning a transaction";

enum Mode {
    /// A connection of its own, with the session lock.
    Pinned {
        pinned: Pinned,
        in_transaction: bool,
    },
    /// The app's SQLite pool; the handle is there inside of a transaction.
    Sqlite { handle: Option<DatabaseTransaction> },
}

/// A session that may migrate.
pub(crate) struct Session<'a> {
    /// The app's own connection.
    pub(crate) conn: &'a DatabaseConnection,
    pub(crate) backend: DbBackend,
    pub(crate) options: &'a Options,
    mode: Mode,
}

impl<'a> Session<'a> {
    /// Connects and waits for the lock.
    pub(crate) async fn open(
        conn: &'a DatabaseConnection,
        options: &'a Options,
    ) -> Result<Session<'a>, MigrateError> {
        let backend = conn.get_database_backend();
        let mode = if backend == DbBackend::Sqlite {
            Mode::Sqlite { handle: None }
        } else {
            let pinned = Pinned::open(conn).await?;
            wait_for_lock(&pinned.handle, options).await?;
            Mode::Pinned {
                pinned,
                in_transaction: false,
            }
        };
        Ok(Session {
            conn,
            backend,
            options,
            mode,
        })
    }

    /// Where statements run. On SQLite only inside of a transaction.
    pub(crate) fn handle(&self) -> Result<&DatabaseTransaction, MigrateError> {
        let handle = match &self.mode {
            Mode::Pinned { pinned, .. } => Some(&pinned.handle),
            Mode::Sqlite { handle } => handle.as_ref(),
        };
        let none = || DbErr::Custom("no transaction is open".to_owned());
        handle.ok_or_else(none).doing("migrating")
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&mut self) -> Result<(), MigrateError> {
        match &mut self.mode {
            Mode::Pinned {
                pinned,
                in_transaction,
            } => {
                let begin = pinned.handle.execute_unprepared("BEGIN");
                begin.await.doing(DOING_BEGIN)?;
                *in_transaction = true;
            }
            Mode::Sqlite { handle } => {
                *handle = Some(begin_writing(self.conn, self.options).await?)
            }
        }
        Ok(())
    }

    /// Commits it.
    pub(crate) async fn commit(&mut self) -> Result<(), MigrateError> {
        self.end("COMMIT", "committing").await
    }

    /// Rolls it back, if one is open.
    pub(crate) async fn rollback(&mut self) -> Result<(), MigrateError> {
        self.end("ROLLBACK", "rolling back").await
    }

    async fn end(&mut self, how: &str, doing: &'static str) -> Result<(), MigrateError> {
        match &mut self.mode {
            Mode::Pinned {
                pinned,
                in_transaction,
            } => {
                if std::mem::take(in_transaction) {
                    pinned.handle.execute_unprepared(how).await.doing(doing)?;
                }
                Ok(())
            }
            Mode::Sqlite { handle } => match handle.take() {
                Some(handle) if how == "COMMIT" => handle.commit().await.doing(doing),
                Some(handle) => handle.rollback().await.doing(doing),
                None => Ok(()),
            },
        }
    }

    /// Frees the lock and disconnects. (Dropping the session does that too, a little later.)
    pub(crate) async fn close(mut self) -> Result<(), MigrateError> {
        self.rollback().await?;
        match self.mode {
            Mode::Pinned { pinned, .. } => pinned.close().await,
            Mode::Sqlite { .. } => Ok(()),
        }
    }
}

/// A connection of its own, for the session lock.
pub(crate) struct Pinned {
    pool: DatabaseConnection,
    pub(crate) handle: DatabaseTransaction,
}

impl Pinned {
    /// Connects as `conn` does.
    pub(crate) async fn open(conn: &DatabaseConnection) -> Result<Self, MigrateError> {
        const DOING: &str = "connecting to migrate";
        let pool = own_pool(conn).await?;
        // Beginning takes a connection out of the pool for good; the transaction itself is ended at
        // once, so that the engine can begin and commit its own, all on that one connection.
        let handle = pool.begin().await.doing(DOING)?;
        handle.execute_unprepared("COMMIT").await.doing(DOING)?;
        Ok(Self { pool, handle })
    }

    /// Frees the lock and disconnects.
    pub(crate) async fn close(self) -> Result<(), MigrateError> {
        const DOING: &str = "freeing the lock";
        let Self { pool, handle } = self;
        lock::release(&handle).await.doing(DOING)?;
        // So that the handle finds the transaction that it believes in.
        handle.execute_unprepared("BEGIN").await.doing(DOING)?;
        handle.rollback().await.doing(DOING)?;
        pool.close().await.doing(DOING)
    }
}

/// A pool of one connection with the options of the app's pool.
async fn own_pool(conn: &DatabaseConnection) -> Result<DatabaseConnection, MigrateError> {
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    let connecting =
        |error| sea_orm::DbErr::Conn(sea_orm::RuntimeErr::SqlxError(std::sync::Arc::new(error)));
    match conn.get_database_backend() {
        #[cfg(feature = "mysql")]
        DbBackend::MySql => {
            let pool = conn.get_mysql_connection_pool();
            let options = pool.options().clone().min_connections(0).max_connections(1);
            let own = options
                .connect_with(pool.connect_options().as_ref().clone())
                .await;
            Ok(own
                .map_err(connecting)
                .doing("connecting to migrate")?
                .into())
        }
        #[cfg(feature = "postgres")]
        DbBackend::Postgres => {
            let pool = conn.get_postgres_connection_pool();
            let options = pool.options().clone().min_connections(0).max_connections(1);
            let own = options
                .connect_with(pool.connect_options().as_ref().clone())
                .await;
            Ok(own
                .map_err(connecting)
                .doing("connecting to migrate")?
                .into())
        }
        other => Err(MigrateError::NotBuilt {
            backend: super::render::backend_name(other),
        }),
    }
}

/// Waits for the session lock.
pub(crate) async fn wait_for_lock(
    handle: &DatabaseTransaction,
    options: &Options,
) -> Result<(), MigrateError> {
    const DOING: &str = "locking the database for migrations";
    let begun = Instant::now();
    let mut told = false;
    while !lock::try_acquire(handle).await.doing(DOING)? {
        if !told || begun.elapsed() >= options.lock_timeout {
            let holder = lock::holder(handle).await;
            if begun.elapsed() >= options.lock_timeout {
                return Err(timed_out(begun, holder));
            }
            let holder = holder.as_deref();
            options.emit(&Event::WaitingForLock { holder });
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    acquired(begun, told, options);
    Ok(())
}

fn acquired(begun: Instant, told: bool, options: &Options) {
    if told {
        let waited = begun.elapsed();
        options.emit(&Event::LockAcquired { waited });
    }
}

/// Begins with the write lock; waits for other writers, and for the holder of a lease.
async fn begin_writing(
    conn: &DatabaseConnection,
    options: &Options,
) -> Result<DatabaseTransaction, MigrateError> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        let handle = begin_immediate(conn, options).await?;
        if !lease::is_held(&handle).await? {
            acquired(begun, told, options);
            return Ok(handle);
        }
        handle.rollback().await.doing(DOING_BEGIN)?;
        if begun.elapsed() >= options.lock_timeout {
            return Err(timed_out(begun, None));
        }
        tell_once(&mut told, options);
        tokio::time::sleep(PAUSE).await;
    }
}

/// Begins with the write lock; waits for other writers.
pub(crate) async fn begin_immediate(
    conn: &DatabaseConnection,
    options: &Options,
) -> Result<DatabaseTransaction, MigrateError> {
    let begun = Instant::now();
    let mut told = false;
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    loop {
        // SQLite itself waits for as long as the connection's busy_timeout says.
        let mut attempt = std::pin::pin!(conn.begin_with_options(immediate));
        let mut outcome = tokio::time::timeout(TELL_AFTER, &mut attempt).await.ok();
        if outcome.is_none() {
            tell_once(&mut told, options);
            outcome = Some(attempt.await);
        }
        match outcome {
            Some(Ok(handle)) => {
                acquired(begun, told, options);
                return Ok(handle);
            }
            Some(Err(error)) if !lock::is_busy(&error) => return Err(error).doing(DOING_BEGIN),
            _ if begun.elapsed() >= options.lock_timeout => return Err(timed_out(begun, None)),
            _ => {
                tell_once(&mut told, options);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn tell_once(told: &mut bool, options: &Options) {
    if !std::mem::replace(told, true) {
        options.emit(&Event::WaitingForLock { holder: None });
    }
}

pub(crate) fn timed_out(begun: Instant, holder: Option<String>) -> MigrateError {
    MigrateError::LockTimeout {
        waited_s: begun.elapsed().as_secs(),
        holder,
    }
}
