//! Opening databases: what goes wrong is said clearly, soon, and without the password.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use cloudapp_runtime::config::{Config, Secret};
use cloudapp_runtime::db::{self, DatabaseError, DatabaseUrl, Databases, Driver, Group};

use crate::support::database::{Database, options, server};

async fn refusal(url: &str) -> String {
    let mut options = options(url);
    options.connect_timeout = Duration::from_secs(1);
    let began = Instant::now();
    let message = db::connect(&options).await.unwrap_err().to_string();
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{url} took {:?}",
        began.elapsed()
    );
    assert!(!message.contains("hunter2"), "{message}");
    message
}

#[tokio::test]
async fn a_malformed_url_is_explained() {
    let cases = [
        ("", "is empty"),
        ("shop.db", "has no scheme"),
        ("oracle://u:hunter2@h/d", "has the unknown scheme `oracle`"),
        (
            "mariadb://u:hunter2@h/d",
            "has the scheme `mariadb`; MariaDB is reached with `mysql`",
        ),
        ("mysql:u:hunter2@h/d", "has no `//` after its scheme"),
        ("mysql://u:hunter2@h", "names no database after its host"),
        (
            "postgres://u:hunter2@h:abc/d",
            "has a port that is not a number",
        ),
        ("hunter2 oracle://x", "has no scheme"),
        ("sqlite:", "names no file"),
        (
            "mysql://u:hunter2#@h/d",
            "has a character in its password that must be percent-encoded",
        ),
        (
            "mysql://u:hunter2/@h/d",
            "has a character in its password that must be percent-encoded",
        ),
        (
            "mysql://u:1/hunter2@h/d",
            "has a character in its password that must be percent-encoded",
        ),
    ];
    for (url, reason) in cases {
        let message = refusal(url).await;
        assert!(
            message.starts_with(&format!("the database URL {reason}; it must look like")),
            "{message}"
        );
    }
}

#[test]
fn a_url_shows_without_its_password() {
    let cases = [
        (
            "mysql://u:p@db.local/shop?ssl-mode=disabled",
            "mysql://db.local:3306/shop",
        ),
        (
            "postgresql://u:p%40@[::1]:5433/shop",
            "postgres://::1:5433/shop",
        ),
        ("postgres://u:p@w@h/shop", "postgres://h:5432/shop"),
        ("postgres:///shop?host=/run/postgresql", "postgres:///shop"),
        ("sqlite://data/a.db?mode=rwc", "sqlite:data/a.db"),
    ];
    for (url, shown) in cases {
        assert_eq!(
            DatabaseUrl::parse(&Secret::new(url)).unwrap().to_string(),
            shown
        );
    }
}

#[test]
fn a_driver_that_is_missing_is_named_with_the_line_to_change() {
    let error = DatabaseError::DriverMissing {
        driver: Driver::Mysql,
    };
    assert_eq!(
        error.to_string(),
        "the driver for mysql is not compiled in: in Cargo.toml, add `\"mysql\"` to the `features` \
         of the line `cloudapp-runtime = …`, then build again"
    );
}

#[tokio::test]
async fn a_server_that_is_down_is_named_at_once() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for scheme in ["mysql", "postgres"] {
        let message = refusal(&format!("{scheme}://u:hunter2@{free}/shop")).await;
        let start = format!("cannot connect to {scheme}://{free}/shop: Connection refused");
        assert!(message.starts_with(&start), "{message}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    // Accepts connections in its backlog and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    for scheme in ["mysql", "postgres"] {
        let message = refusal(&format!("{scheme}://u:hunter2@{address}/shop")).await;
        assert!(message.contains("no answer within 1 s"), "{message}");
    }
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_named() {
    let message = refusal("mysql://u:hunter2@no-such-host.invalid/shop").await;
    assert!(
        message.starts_with("cannot connect to mysql://no-such-host.invalid:3306/shop: "),
        "{message}"
    );
}

#[tokio::test]
async fn a_server_that_refuses_is_quoted() {
    let mysql = server("CLOUDAPP_TEST_MYSQL_URL");
    let message = refusal(&format!("{mysql}no_such_database")).await;
    assert!(
        message.ends_with("Unknown database 'no_such_database'"),
        "{message}"
    );
    let message = refusal(&format!(
        "{}mysql",
        mysql.replace("root@", "nobody:hunter2@")
    ))
    .await;
    assert!(
        message.contains("Access denied for user 'nobody'@"),
        "{message}"
    );
    let postgres = server("CLOUDAPP_TEST_POSTGRES_URL");
    let base = postgres.rsplit_once('/').unwrap().0;
    let message = refusal(&format!("{base}/no_such_database")).await;
    assert!(
        message.ends_with("database \"no_such_database\" does not exist"),
        "{message}"
    );
}

#[tokio::test]
async fn the_folder_of_an_sqlite_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/deep/app.db");
    let conn = db::connect(&options(&format!("sqlite://{}", path.display())))
        .await
        .unwrap();
    assert!(path.is_file());
    conn.close().await.unwrap();

    std::fs::write(folder.path().join("file"), "").unwrap();
    let url = format!("sqlite://{}", folder.path().join("file/app.db").display());
    assert!(refusal(&url).await.starts_with("cannot create the folder"));
}

#[tokio::test]
async fn sessions_are_strict_durable_and_in_utc() {
    for database in Database::each().await {
        match database.conn.get_database_backend() {
            sea_orm::DbBackend::Sqlite => {
                assert_eq!(database.number("PRAGMA foreign_keys").await, 1);
                assert_eq!(database.number("PRAGMA synchronous").await, 2);
                assert_eq!(database.number("PRAGMA busy_timeout").await, 5000);
                let wal = "SELECT journal_mode = 'wal' FROM pragma_journal_mode";
                assert_eq!(database.number(wal).await, 1);
            }
            sea_orm::DbBackend::MySql => {
                let utc =
                    "SELECT @@session.time_zone = '+00:00' AND @@sql_mode LIKE '%STRICT_ALL%'";
                assert_eq!(database.number(utc).await, 1);
            }
            _ => {
                let utc = "SELECT (current_setting('TimeZone') = 'UTC')::int";
                assert_eq!(database.number(utc).await, 1);
            }
        }
        database.drop().await;
    }
}

#[tokio::test]
async fn groups_with_one_url_share_a_pool() {
    let first = Database::sqlite().await;
    let second = Database::sqlite().await;
    let mut config = Config::default().database;
    config.url = first.options.url.clone();
    let group = |url: &Secret| cloudapp_runtime::config::GroupConfig {
        url: url.clone(),
        max_connections: None,
        ..Default::default()
    };
    config
        .groups
        .insert(Group::Asset, group(&second.options.url));
    config
        .groups
        .insert(Group::Order, group(&second.options.url));
    config.groups.insert(Group::Task, group(&Secret::default()));
    let databases = Databases::connect(&config).await.unwrap();
    let groups: Vec<Group> = databases.distinct().map(|(group, _)| group).collect();
    assert_eq!(groups, [Group::Default, Group::Asset]);
    databases.ping().await.unwrap();
    second.run(&["CREATE TABLE only_here (id INTEGER)"]).await;
    for group in Group::ALL {
        use sea_orm::ConnectionTrait;
        let found = databases
            .of(group)
            .execute_unprepared("SELECT * FROM only_here")
            .await;
        assert_eq!(
            found.is_ok(),
            matches!(group, Group::Asset | Group::Order),
            "{group}"
        );
    }
    databases.close().await;
}
