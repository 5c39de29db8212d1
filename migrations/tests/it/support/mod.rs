//! Databases of their own for tests, and what is in them.

mod dump;

use std::sync::atomic::{AtomicU32, Ordering};

use cloudapp_migrations::{Migration, Migrator, Options, Report, Status, Stream};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) use dump::dump;

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// An empty database, gone when dropped.
pub(crate) struct Db {
    pub(crate) backend: DbBackend,
    pub(crate) url: String,
    pub(crate) conn: DatabaseConnection,
    name: String,
    _folder: Option<TempDir>,
}

impl Db {
    pub(crate) async fn new(backend: DbBackend) -> Self {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("it_{}_{number}", std::process::id());
        let (url, folder) = if backend == DbBackend::Sqlite {
            let folder = tempfile::tempdir().unwrap();
            let url = format!(
                "sqlite://{}?mode=rwc",
                folder.path().join("it.db").display()
            );
            (url, Some(folder))
        } else {
            let server = connect(&server_url(backend)).await;
            let drop = format!("DROP DATABASE IF EXISTS {name}");
            server.execute_unprepared(&drop).await.unwrap();
            server
                .execute_unprepared(&format!("CREATE DATABASE {name}"))
                .await
                .unwrap();
            server.close().await.unwrap();
            (database_url(backend, &name), None)
        };
        let conn = connect(&url).await;
        Self {
            backend,
            url,
            conn,
            name,
            _folder: folder,
        }
    }

    pub(crate) async fn run(&self, sql: &str) {
        self.conn
            .execute_unprepared(sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The one number that `sql` selects.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.backend, sql);
        let row = self.conn.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0)
            .or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from))
            .unwrap()
    }

    pub(crate) async fn dump(&self) -> String {
        dump(&self.conn).await
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        if self.backend == DbBackend::Sqlite {
            return;
        }
        let (backend, name) = (self.backend, self.name.clone());
        let conn = self.conn.clone();
        let dropping = std::thread::spawn(move || {
            Runtime::new().unwrap().block_on(async move {
                drop(conn);
                let server = connect(&server_url(backend)).await;
                let force = if backend == DbBackend::Postgres {
                    " WITH (FORCE)"
                } else {
                    ""
                };
                let sql = format!("DROP DATABASE IF EXISTS {name}{force}");
                server.execute_unprepared(&sql).await.unwrap();
            });
        });
        dropping.join().unwrap();
    }
}

pub(crate) async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(4).sqlx_logging(false);
    Database::connect(options)
        .await
        .unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn server_url(backend: DbBackend) -> String {
    let variable = match backend {
        DbBackend::MySql => "CLOUDAPP_TEST_MYSQL_URL",
        _ => "CLOUDAPP_TEST_POSTGRES_URL",
    };
    let url = std::env::var(variable);
    let url = url.unwrap_or_else(|_| {
        panic!("{variable} is not set: run `tests/run.sh`, which starts the servers")
    });
    if backend == DbBackend::MySql && url.ends_with('/') {
        format!("{url}mysql")
    } else {
        url
    }
}

fn database_url(backend: DbBackend, name: &str) -> String {
    let server = server_url(backend);
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// Runs a test on a database of its own.
pub(crate) fn on<F: Future<Output = ()>>(backend: DbBackend, test: impl FnOnce(Db) -> F) {
    Runtime::new()
        .unwrap()
        .block_on(async { test(Db::new(backend).await).await });
}

/// Makes each `async fn name(db: Db)` a test on every database.
macro_rules! on_each_database {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            #[cfg(feature = "sqlite")]
            #[test]
            fn sqlite() {
                crate::support::on(sea_orm::DbBackend::Sqlite, super::$test);
            }

            #[cfg(feature = "mysql")]
            #[test]
            fn mysql() {
                crate::support::on(sea_orm::DbBackend::MySql, super::$test);
            }

            #[cfg(feature = "postgres")]
            #[test]
            fn postgres() {
                crate::support::on(sea_orm::DbBackend::Postgres, super::$test);
            }
        }
    )*};
}
pub(crate) use on_each_database;

/// A migrator of one stream, `app`.
pub(crate) fn app(migrations: Vec<Migration>) -> Migrator {
    Migrator::new(vec![Stream::new("app", migrations)]).unwrap()
}

pub(crate) async fn up(migrator: &Migrator, db: &Db) -> Report {
    migrator.up(&db.conn, &Options::default()).await.unwrap()
}

pub(crate) async fn down(migrator: &Migrator, db: &Db, n: usize) -> Report {
    migrator
        .down(&db.conn, n, &Options::default())
        .await
        .unwrap()
}

/// The names that a run changed.
pub(crate) fn changed(report: &Report) -> Vec<&str> {
    report
        .changes
        .iter()
        .map(|change| change.migration.as_str())
        .collect()
}

/// Name and status of every migration.
pub(crate) async fn statuses(migrator: &Migrator, db: &Db) -> Vec<(String, Status)> {
    let rows = migrator.status(&db.conn).await.unwrap();
    rows.into_iter()
        .map(|row| (row.migration, row.status))
        .collect()
}
