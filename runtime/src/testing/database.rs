//! Databases that are made for one test and dropped after it.
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;

use sea_orm::{ConnectionTrait, Database, DbErr};

use crate::random;

/// Stands for "an SQLite file of its own".
pub(super) const SQLITE: &str = "sqlite::memory:";

/// An empty database that goes away when this is dropped.
#[derive(Debug)]
pub struct Scratch {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// The file; SQLite keeps more of them beside it.
    File(PathBuf),
    /// Where to send the statement that drops the database.
    Server { admin_url: String, drop: String },
}

impl Scratch {
    /// Makes a database on the server of a `mysql` or `postgres` URL, whatever database that names;
    /// for any other URL an SQLite file in the temporary folder.
    pub async fn create(server: &str) -> Self {
        let name = match random::hex::<8>() {
            Ok(suffix) => format!("cloudapp_test_{suffix}"),
            Err(error) => panic!("no randomness: {error}"),
        };
        if server.starts_with("mysql:") {
            let create = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4");
            Self::on_server(server, "", &name, &create, format!("DROP DATABASE {name}")).await
        } else if server.starts_with("postgres") {
            let create = format!("CREATE DATABASE {name}");
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            Self::on_server(server, "postgres", &name, &create, drop).await
        } else {
            let path = std::env::temp_dir().join(format!("{name}.db"));
            let url = format!("sqlite://{}?mode=rwc", path.display());
            Self {
                url,
                place: Place::File(path),
            }
        }
    }

    /// The URL of the database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn on_server(
        server: &str,
        admin_database: &str,
        name: &str,
        create: &str,
        drop: String,
    ) -> Self {
        let admin_url = with_database(server, admin_database);
        if let Err(error) = execute(&admin_url, create).await {
            panic!("no test database can be made on the server: {error}");
        }
        Self {
            url: with_database(server, name),
            place: Place::Server { admin_url, drop },
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match &self.place {
            Place::File(path) => {
                for suffix in ["", "-wal", "-shm"] {
                    // What is left over is in the temporary folder, where it does not matter.
                    let _ = fs::remove_file(format!("{}{suffix}", path.display()));
                }
            }
            Place::Server { admin_url, drop } => drop_on_server(admin_url.clone(), drop.clone()),
        }
    }
}

/// Dropping is not async and may happen inside a runtime: hence a thread with one of its own.
fn drop_on_server(admin_url: String, drop: String) {
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime
                .block_on(execute(&admin_url, &drop))
                .err()
                .map(|e| e.to_string()),
            Err(error) => Some(error.to_string()),
        }
    });
    if let Ok(Some(error)) = thread.join() {
        tracing::warn!(%error, "a test database is left over");
    }
}

async fn execute(url: &str, statement: &str) -> Result<(), DbErr> {
    let connection = Database::connect(url).await?;
    let done = connection.execute_unprepared(statement).await;
    connection.close().await?;
    done.map(|_| ())
}

/// The URL of another database on the same server.
fn with_database(url: &str, name: &str) -> String {
    let (location, query) = match url.split_once('?') {
        Some((location, query)) => (location, format!("?{query}")),
        None => (url, String::new()),
    };
    let (scheme, rest) = location.split_once("://").unwrap_or((location, ""));
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}
