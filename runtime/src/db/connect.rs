//! Opening a pool: driver, options of each database, and messages that say what to do.

use std::io::ErrorKind;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr, sqlx};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::url::{DatabaseUrl, Driver};
use super::{DatabaseError, PoolOptions};

/// Prepared statements kept per connection. An application of this kind has some hundreds.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
const STATEMENT_CACHE: usize = 1024;
/// MySQL counts prepared statements of all connections together (16382 by default).
#[cfg(feature = "mysql")]
const STATEMENT_CACHE_MYSQL: usize = 512;
/// A connection that rested this long is tried before it is used: the server may have restarted.
#[cfg(any(feature = "mysql", feature = "postgres"))]
const PING_AFTER_IDLE: Duration = Duration::from_secs(5);
/// Connections beyond the first are closed after this long without use.
const CLOSE_AFTER_IDLE: Duration = Duration::from_secs(600);

/// Opens a pool with one connection; more follow when they are needed.
///
/// # Errors
/// The URL is wrong, the driver is missing, or the server does not answer within the time-out.
pub async fn connect(options: &PoolOptions) -> Result<DatabaseConnection, DatabaseError> {
    let url = DatabaseUrl::parse(&options.url)?;
    if !url.driver.is_compiled_in() {
        return Err(DatabaseError::DriverMissing { driver: url.driver });
    }
    if let Some(path) = url.folder()
        && let Err(source) = std::fs::create_dir_all(&path)
    {
        return Err(DatabaseError::Folder { path, source });
    }
    let unreachable = |reason| DatabaseError::Unreachable {
        place: url.to_string(),
        reason,
    };
    knock(&url, options.connect_timeout)
        .await
        .map_err(unreachable)?;
    // The pool has its own time-out for each step; this one is for all of them.
    let opened = timeout(
        options.connect_timeout * 2,
        Database::connect(pool(&url, options)),
    )
    .await;
    let seconds = options.connect_timeout.as_secs();
    match opened {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(unreachable(reason_of(&error, seconds))),
        Err(_) => Err(unreachable(too_slow(seconds))),
    }
}

/// A pool hides why a connection was refused and tries again until its time is up. So the port is
/// tried first, to say at once and in plain words that nobody listens.
async fn knock(url: &DatabaseUrl, limit: Duration) -> Result<(), String> {
    let Some((host, port)) = &url.server else {
        return Ok(());
    };
    match timeout(limit, TcpStream::connect((host.as_str(), *port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
            Err(format!("{error}; is the server running?"))
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(too_slow(limit.as_secs())),
    }
}

fn too_slow(seconds: u64) -> String {
    format!("no answer within {seconds} s (`database.connect_timeout_s`)")
}

/// The innermost error, without the words that each library puts before it.
fn reason_of(error: &DbErr, seconds: u64) -> String {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error)) => match &**error {
            sqlx::Error::Database(error) => error.message().to_owned(),
            sqlx::Error::PoolTimedOut => too_slow(seconds),
            sqlx::Error::Tls(error) => {
                format!(
                    "{error} (encrypted connections need the feature `tls` of `cloudapp-runtime`)"
                )
            }
            other => other.to_string(),
        },
        // SeaORM quotes the whole URL.
        DbErr::Conn(RuntimeErr::Internal(_)) => "the URL is malformed".to_owned(),
        other => other.to_string(),
    }
}

fn pool(url: &DatabaseUrl, options: &PoolOptions) -> ConnectOptions {
    let mut pool = ConnectOptions::new(options.url.expose());
    pool.max_connections(options.max_connections)
        .min_connections(1)
        .connect_timeout(options.connect_timeout)
        .acquire_timeout(options.connect_timeout)
        .idle_timeout(CLOSE_AFTER_IDLE)
        .test_before_acquire(false)
        .record_stmt_in_spans(false);
    // The level type belongs to a crate that is not ours; its names are.
    if let (Ok(statements), Ok(slow)) = ("trace".parse(), "warn".parse()) {
        pool.sqlx_logging(true)
            .sqlx_logging_level(statements)
            .sqlx_slow_statements_logging_settings(slow, options.slow_query);
    }
    match url.driver {
        Driver::Sqlite => sqlite(&mut pool, url, options.connect_timeout),
        Driver::Mysql => mysql(&mut pool),
        Driver::Postgres => postgres(&mut pool),
    }
    pool
}

#[cfg(feature = "sqlite")]
fn sqlite(pool: &mut ConnectOptions, url: &DatabaseUrl, busy_timeout: Duration) {
    use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

    if url.is_memory() {
        // The database lives as long as its one connection.
        pool.max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None);
    }
    let is_memory = url.is_memory();
    pool.map_sqlx_sqlite_opts(move |options| {
        let options = options
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(busy_timeout)
            .statement_cache_capacity(STATEMENT_CACHE);
        if is_memory {
            return options;
        }
        options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
    });
}

#[cfg(feature = "mysql")]
fn mysql(pool: &mut ConnectOptions) {
    use sqlx::Executor;

    pool.test_before_acquire_if_idle_for(PING_AFTER_IDLE)
        .map_sqlx_mysql_opts(|options| options.statement_cache_capacity(STATEMENT_CACHE_MYSQL))
        .map_sqlx_mysql_pool_opts(|pool| {
            pool.after_connect(|connection, _| {
                Box::pin(async move {
                    // Without strict mode a value that does not fit is cut off in silence.
                    let strict = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')";
                    connection.execute(strict).await?;
                    // As on PostgreSQL. It locks no gaps, and a statement sees what was committed
                    // while the one before it waited for a lock.
                    let fresh = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                    connection.execute(fresh).await.map(|_| ())
                })
            })
        });
}

#[cfg(feature = "postgres")]
fn postgres(pool: &mut ConnectOptions) {
    pool.test_before_acquire_if_idle_for(PING_AFTER_IDLE)
        .map_sqlx_postgres_opts(|options| options.statement_cache_capacity(STATEMENT_CACHE));
}

// A driver that is not compiled in was refused before: nothing is left to set.
#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &mut ConnectOptions, _: &DatabaseUrl, _: Duration) {}
#[cfg(not(feature = "mysql"))]
fn mysql(_: &mut ConnectOptions) {}
#[cfg(not(feature = "postgres"))]
fn postgres(_: &mut ConnectOptions) {}
