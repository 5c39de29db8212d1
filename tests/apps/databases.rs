//! Apps on MySQL and PostgreSQL: clean, their tests pass on a real server, and what they say when
//! the server is not there.

use std::env;

use crate::app::App;
use crate::clean;
use crate::ground::{self, step};
use crate::process::{self, tail};
use crate::refusals::{PASSWORD, with_url};
use crate::server::free_port;
use crate::specs::{MYSQL, POSTGRES};

#[test]
fn an_app_on_mysql() {
    let _turn = ground::turn();
    let server = server("CLOUDAPP_TEST_MYSQL_URL");
    clean(&MYSQL);
    tests_pass(&MYSQL, &server);
    says_what_is_wrong(&MYSQL, &server);
}

#[test]
fn an_app_on_postgres() {
    let _turn = ground::turn();
    let server = server("CLOUDAPP_TEST_POSTGRES_URL");
    clean(&POSTGRES);
    tests_pass(&POSTGRES, &server);
    says_what_is_wrong(&POSTGRES, &server);
}

fn server(variable: &str) -> String {
    env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run tests/run.sh, which starts a server")
    })
}

fn clean(app: &App) {
    app.cargo_ok(&["fmt", "--check"]);
    clean::clippy(app);
    app.assert_as_generated();
}

/// The app's own request tests, on the server; and on SQLite for who has none.
fn tests_pass(app: &App, server: &str) {
    let test = |what: &str, url: &str, arguments: &[&str]| {
        let mut command = app.cargo(&[&["test", "--locked"], arguments].concat());
        if !url.is_empty() {
            command.env("CLOUDAPP__DATABASE__URL", url);
        }
        step(&format!("{}: cargo test {what}", app.name), || {
            process::run(command)
        })
    };
    let answer = test("on the server", server, &["--workspace"]).ok();
    clean::assert_tested(app, &answer.out);
    test("without a server", "", &["--test", "draft"]).ok();

    // They did use the server: one that does not know them fails them.
    let one = ["--test", "app", "it_is_alive_and_ready"];
    let answer = test("as a stranger", &stranger(server), &one).exits(101);
    let said = answer.all();
    assert!(said.contains("stranger"), "{}", tail(&said));
    assert!(!said.contains(PASSWORD), "{}", tail(&said));
}

fn says_what_is_wrong(app: &App, server: &str) {
    // The tests built it.
    assert!(app.binary().is_file());
    let port = free_port().to_string();
    let nobody = elsewhere(&stranger(server), &port);
    let wrong_password = stranger(server);
    for (url, words) in [
        (nobody, ["127.0.0.1", port.as_str()]),
        (wrong_password, ["127.0.0.1", "stranger"]),
    ] {
        for arguments in [&["serve", "--port", "0"][..], &["migrate", "up"]] {
            let mut command = with_url(app, &url, arguments);
            command.env("CLOUDAPP__LOG__LEVEL", "trace");
            command.env("CLOUDAPP__DATABASE__CONNECT_TIMEOUT_S", "2");
            process::run(command).refused(&words).without(&[PASSWORD]);
        }
    }
}

/// The URL with another port.
fn elsewhere(url: &str, port: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    format!("{scheme}://{user}@127.0.0.1:{port}/{path}")
}

/// The URL with a user whom the server does not know.
fn stranger(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let location = rest.rsplit_once('@').map_or(rest, |(_, location)| location);
    let database = if location.ends_with('/') { "some" } else { "" };
    format!("{scheme}://stranger:{PASSWORD}@{location}{database}")
}
