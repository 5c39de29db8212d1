//! What an app refuses to start with: one clear message, exit code 1, no secret in it.

use std::net::TcpListener;
use std::process::Command;

use crate::app::{App, Database};
use crate::boot::{CHAIN_KEY, METRICS_TOKEN, PERSONAL_KEY, TOKEN_KEY, in_production};
use crate::ground;
use crate::process::{self, Answer};
use crate::server::free_port;
use crate::specs::SHOP;

/// Stands in URLs; no message may show it.
pub(crate) const PASSWORD: &str = "tr0ub4dor-and-3";

/// What production needs.
const SECRETS: [&str; 3] = [
    "CLOUDAPP__DATABASE__URL",
    "CLOUDAPP__AUTH__TOKEN_KEY",
    "CLOUDAPP__METRICS__TOKEN",
];

#[test]
fn production_without_a_secret() {
    let _turn = ground::turn();
    SHOP.build();
    let database = Database::new();
    let secrets = [TOKEN_KEY, CHAIN_KEY, PERSONAL_KEY, METRICS_TOKEN];
    for missing in SECRETS {
        let mut command = in_production(&SHOP, &database, &["serve", "--port", "0"]);
        command.env_remove(missing);
        let answer = process::run(command).refused(&[missing]).without(&secrets);
        names_only(&answer, missing);

        // Empty, or what somebody put there to be replaced, is missing just as well.
        for value in ["", "change-me-change-me-change-me-change-me"] {
            let mut command = in_production(&SHOP, &database, &["serve", "--port", "0"]);
            command.env(missing, value);
            process::run(command).refused(&[missing]).without(&secrets);
        }
    }
    let mut nothing = SHOP.command(&["serve", "--port", "0"]);
    nothing.env("CLOUDAPP_ENV", "production");
    process::run(nothing).refused(&SECRETS);

    let mut chain_key = in_production(&SHOP, &database, &["serve", "--port", "0"]);
    chain_key.env_remove("CLOUDAPP__ASSET__CHAIN_KEY");
    process::run(chain_key).refused(&["CLOUDAPP__ASSET__CHAIN_KEY"]);
    let mut personal_key = in_production(&SHOP, &database, &["serve", "--port", "0"]);
    personal_key.env_remove("CLOUDAPP__PERSONAL__KEY");
    process::run(personal_key).refused(&["CLOUDAPP__PERSONAL__KEY"]);

    let mut dev_login = in_production(&SHOP, &database, &["serve", "--port", "0"]);
    dev_login.env("CLOUDAPP__AUTH__DEV_LOGIN", "true");
    process::run(dev_login).refused(&["dev_login", "production"]);
}

/// The others are there.
fn names_only(answer: &Answer, missing: &str) {
    for other in SECRETS.iter().filter(|other| **other != missing) {
        assert!(!answer.err.contains(other), "{other}: {}", answer.err);
    }
}

#[test]
fn a_port_in_use() {
    let _turn = ground::turn();
    SHOP.build();
    let database = Database::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    process::run(serve(&SHOP, &database.url(), &["--port", &port])).refused(&[&port, "in use"]);
}

#[test]
fn a_database_that_cannot_be_opened() {
    let _turn = ground::turn();
    SHOP.build();
    let below_a_file = format!(
        "sqlite://{}/Cargo.toml/app.db?mode=rwc",
        SHOP.root.display()
    );
    let closed = free_port();
    let urls = [
        (below_a_file, "Cargo.toml"),
        ("sqlite:///proc/app.db?mode=rwc".to_owned(), "/proc/app.db"),
        // Not compiled into this app.
        (
            format!("mysql://root:{PASSWORD}@127.0.0.1:{closed}/shop"),
            "mysql",
        ),
        (
            format!("postgres://root:{PASSWORD}@127.0.0.1:{closed}/shop"),
            "postgres",
        ),
        // Not a database.
        (format!("oracle://root:{PASSWORD}@127.0.0.1/shop"), "oracle"),
        (format!("root:{PASSWORD}@127.0.0.1"), "database URL"),
        ("http://127.0.0.1".to_owned(), "http"),
    ];
    for (url, word) in urls {
        for arguments in [&["serve", "--port", "0"][..], &["migrate", "up"]] {
            let mut command = with_url(&SHOP, &url, arguments);
            command.env("CLOUDAPP__LOG__LEVEL", "trace");
            process::run(command).refused(&[word]).without(&[PASSWORD]);
        }
        let check = process::run(with_url(&SHOP, &url, &["check"])).exits(1);
        let check = check.without(&[PASSWORD]);
        assert!(check.out.contains(word), "{}", check.out);
    }
}

#[test]
fn a_configuration_that_is_wrong() {
    let _turn = ground::turn();
    SHOP.build();
    let database = Database::new();
    let variables = [
        ("CLOUDAPP__SERVER__PROT", "80", "CLOUDAPP__SERVER__PORT"),
        ("CLOUDAPP__SERVER__PORT", "eighty", "CLOUDAPP__SERVER__PORT"),
        ("CLOUDAPP__SERVER__PORT", "65536", "CLOUDAPP__SERVER__PORT"),
        (
            "CLOUDAPP__SERVER__HOST",
            "nowhere",
            "CLOUDAPP__SERVER__HOST",
        ),
        (
            "CLOUDAPP__NO_SECTION__KEY",
            "1",
            "CLOUDAPP__NO_SECTION__KEY",
        ),
        (
            "CLOUDAPP__DATABASE__MAX_CONNECTIONS",
            "0",
            "database.max_connections",
        ),
        ("CLOUDAPP__TENANT__TIME_ZONE", "Mars/Crater", "time_zone"),
        ("CLOUDAPP__LOG__LEVEL", "loud", "loud"),
        ("CLOUDAPP_ENV", "staging", "staging"),
        ("CLOUDAPP_CONFIG_DIR", "no/such/folder", "no/such/folder"),
    ];
    for (name, value, word) in variables {
        let mut command = serve(&SHOP, &database.url(), &[]);
        command.env(name, value);
        process::run(command).refused(&[word]);
    }

    let files = [
        ("[server]\nprot = 80\n", "prot", ":2"),
        ("\n[sever]\nport = 80\n", "sever", ":2"),
        ("[server]\nport = \"80\"\n", "server.port", ":2"),
        ("[server\n", "default.toml", ":1"),
    ];
    for (content, word, line) in files {
        SHOP.with_file("config/default.toml", content, || {
            let command = serve(&SHOP, &database.url(), &[]);
            process::run(command).refused(&["config/default.toml", word, line]);
        });
    }
}

#[test]
fn a_folder_without_configuration() {
    let _turn = ground::turn();
    SHOP.build();
    let empty = tempfile::tempdir().unwrap();
    let mut command = process::command(SHOP.binary(), empty.path());
    command.args(["serve", "--port", "0"]);
    process::run(command).refused(&["CLOUDAPP__DATABASE__URL"]);
    let left = std::fs::read_dir(empty.path()).unwrap().count();
    assert_eq!(left, 0, "it made something there");
}

fn serve(app: &App, url: &str, arguments: &[&str]) -> Command {
    with_url(app, url, &[&["serve"], arguments].concat())
}

pub(crate) fn with_url(app: &App, url: &str, arguments: &[&str]) -> Command {
    let mut command = app.command(arguments);
    command.env("CLOUDAPP__DATABASE__URL", url);
    command
}
