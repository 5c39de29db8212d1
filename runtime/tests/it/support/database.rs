//! Databases that live as long as one test.

use std::env;
use std::time::Duration;

use cloudapp_runtime::config::Secret;
use cloudapp_runtime::db::{self, PoolOptions};
use cloudapp_runtime::migrate::{self, Migrator, Options};
use cloudapp_runtime::random;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tempfile::TempDir;

/// An empty database of its own. Call [`Database::drop`] at the end of the test.
pub(crate) struct Database {
    pub(crate) options: PoolOptions,
    pub(crate) conn: DatabaseConnection,
    server: Option<Server>,
    _folder: Option<TempDir>,
}

struct Server {
    url: String,
    name: String,
}

/// The options of a pool for `url`.
pub(crate) fn options(url: &str) -> PoolOptions {
    PoolOptions {
        url: Secret::new(url),
        max_connections: 5,
        connect_timeout: Duration::from_secs(5),
        slow_query: Duration::from_secs(1),
    }
}

/// The URL of a test server.
pub(crate) fn server(variable: &str) -> String {
    env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run `tests/run.sh`"))
}

impl Database {
    /// A file in a temporary folder.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let options = options(&url);
        let conn = db::connect(&options).await.unwrap();
        Self {
            options,
            conn,
            server: None,
            _folder: Some(folder),
        }
    }

    /// A new database on the MariaDB server.
    pub(crate) async fn mysql() -> Self {
        let server = server("CLOUDAPP_TEST_MYSQL_URL");
        Self::on_server(&format!("{server}mysql"), &server).await
    }

    /// A new database on the PostgreSQL server.
    pub(crate) async fn postgres() -> Self {
        let server = server("CLOUDAPP_TEST_POSTGRES_URL");
        let base = server
            .rsplit_once('/')
            .map_or(server.as_str(), |(base, _)| base)
            .to_owned();
        Self::on_server(&server, &format!("{base}/")).await
    }

    /// One of each kind.
    pub(crate) async fn each() -> [Self; 3] {
        [
            Self::sqlite().await,
            Self::mysql().await,
            Self::postgres().await,
        ]
    }

    async fn on_server(admin_url: &str, base: &str) -> Self {
        let name = format!("it_{}", random::hex::<8>().unwrap());
        let admin = db::connect(&options(admin_url)).await.unwrap();
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        admin.close().await.unwrap();
        let options = options(&format!("{base}{name}"));
        let conn = db::connect(&options).await.unwrap();
        let server = Server {
            url: admin_url.to_owned(),
            name,
        };
        Self {
            options,
            conn,
            server: Some(server),
            _folder: None,
        }
    }

    /// Makes the framework's tables.
    pub(crate) async fn migrated(self) -> Self {
        let migrator = Migrator::new(vec![migrate::framework()]).unwrap();
        migrator.up(&self.conn, &Options::default()).await.unwrap();
        self
    }

    /// Runs statements one after the other.
    pub(crate) async fn run(&self, statements: &[&str]) {
        for sql in statements {
            self.conn.execute_unprepared(sql).await.unwrap();
        }
    }

    /// A single integer.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let statement = sea_orm::Statement::from_string(self.conn.get_database_backend(), sql);
        let row = self.conn.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0)
            .or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from))
            .unwrap()
    }

    /// Removes the database.
    pub(crate) async fn drop(self) {
        self.conn.close().await.unwrap();
        if let Some(Server { url, name }) = self.server {
            let admin = db::connect(&options(&url)).await.unwrap();
            admin
                .execute_unprepared(&format!("DROP DATABASE {name}"))
                .await
                .unwrap();
            admin.close().await.unwrap();
        }
    }
}
