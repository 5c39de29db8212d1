//! The default app's binary in development and in production: from its start to its end.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, Database};
use crate::ground;
use crate::http::{self, Http};
use crate::process;
use crate::routes::{self, Callers, PASSWORD};
use crate::server::Server;
use crate::specs::{MATRIX, SHOP};

/// A debug build on a busy machine; how fast a release build starts is measured elsewhere.
const START_MAX: Duration = Duration::from_secs(2);
/// More than the default `server.body_limit_bytes`.
const TOO_LONG: usize = 1024 * 1024 + 1;

pub(crate) const TOKEN_KEY: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const CHAIN_KEY: &str = "fedcba9876543210fedcba9876543210";
pub(crate) const PERSONAL_KEY: &str = "89abcdef0123456789abcdef01234567";
pub(crate) const METRICS_TOKEN: &str = "fedcba9876543210";

#[test]
fn development() {
    let _turn = ground::turn();
    SHOP.build();
    let database = Database::new();
    let command = |arguments: &[&str]| in_development(&SHOP, &database, arguments);
    prepare(command);

    let server = Server::start(command(&[]));
    starts_fast("shop", &server);
    let http = server.http();
    assert_eq!(http.get("/health/live").data()["status"], "ok");
    assert_eq!(http.get("/health/ready").data()["status"], "ok");
    failures_are_envelopes(&http);
    documents(&http);
    every_operation(&SHOP, &http, &callers(&http, ""), |_| false);

    let log = server.stop();
    assert!(log.contains("/client/me"), "no access log:\n{log}");
    assert!(!log.contains(PASSWORD), "{log}");
}

#[test]
fn all_field_types_over_http() {
    let _turn = ground::turn();
    MATRIX.build();
    let database = Database::new();
    let command = |arguments: &[&str]| in_development(&MATRIX, &database, arguments);
    prepare(command);
    let server = Server::start(command(&[]));
    let http = server.http();
    let tables = process::run(command(&["migrate", "shards", "--json"])).ok();
    assert_eq!(physical_tables(&tables.out, "gift_tb"), 4);
    assert_eq!(physical_tables(&tables.out, "voucher_tb"), 1);
    assert_eq!(physical_tables(&tables.out, "ticket_tb"), 3);
    // What a module of fields offers must take what its own description allows. Nobody can make up
    // the player that the ledger's routes name, or a metric and days in order, or a job that waits;
    // a task's configuration depends on its type, articles, skins and modules name what they belong
    // to, what begins must not end in the same moment, a prize of chance is fixed to no draw, draws
    // and shipments need prizes, places are at least one, and nothing is restored that was not
    // removed.
    every_operation(&MATRIX, &http, &callers(&http, ""), |path| {
        // Accounts of operators depend on who asks, and on what passwords there are.
        let accounts = [
            "/operat",
            "/password",
            "/roles",
            "/sessions",
            "/tenant",
            "/totp",
        ];
        let known = [
            "/assets",
            "/jobs",
            "/stats",
            "/tasks",
            "/cms-articles",
            "/skins",
            "/act-modules",
            "/activities",
            "/draws",
            "/lotter",
            "/orders",
            "/prizes",
            "/winnings",
        ];
        let mut parts = known.iter().chain(&accounts);
        let ends = ["/login", "/sort", "/restore", "/price-gears/check"];
        !ends.iter().any(|end| path.ends_with(end)) && !parts.any(|part| path.contains(part))
    });
    server.stop();
}

#[test]
fn production() {
    let _turn = ground::turn();
    SHOP.build();
    let database = Database::new();
    let command = |arguments: &[&str]| in_production(&SHOP, &database, arguments);
    prepare(command);

    let server = Server::start(command(&[]));
    starts_fast("shop, production", &server);
    let http = server.http();
    assert_eq!(http.get("/health/ready").data()["status"], "ok");
    http.get("/docs").fails(404, "not_found");
    http.get("/openapi.json").fails(404, "not_found");
    http.get("/metrics").fails(401, "unauthorized");
    let dev = json!({ "app_id": "demo", "platform": "dev", "code": "alice" });
    let refused = http.post("/client/login", &dev);
    assert_eq!(refused.envelope()["success"], false, "{}", refused.text);
    failures_are_envelopes(&http);
    let log = server.stop();
    for line in log.lines() {
        let entry = serde_json::from_str::<Value>(line);
        assert!(
            entry.is_ok_and(|entry| entry.is_object()),
            "not JSON: {line}"
        );
    }

    // A player who logged in while there was a platform for it.
    let mut with_dev = in_development(&SHOP, &database, &[]);
    with_dev.env("CLOUDAPP__AUTH__TOKEN_KEY", TOKEN_KEY);
    let server = Server::start(with_dev);
    let callers = callers(&server.http(), METRICS_TOKEN);
    server.stop();

    // With the document, which production does not show: what it lists must answer there too.
    let mut with_docs = command(&[]);
    with_docs.env("CLOUDAPP__HTTP__DOCS", "true");
    let server = Server::start(with_docs);
    every_operation(&SHOP, &server.http(), &callers, |_| false);
    let log = server.stop();
    for secret in [PASSWORD, TOKEN_KEY, CHAIN_KEY, PERSONAL_KEY, METRICS_TOKEN] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn it_serves_before_its_schema_is_there_but_is_not_ready() {
    let _turn = ground::turn();
    SHOP.build();
    let database = Database::new();
    let server = Server::start(in_development(&SHOP, &database, &[]));
    let http = server.http();
    http.get("/health/ready").fails(503, "not_ready");
    process::run(in_development(&SHOP, &database, &["migrate", "up"])).ok();
    assert_eq!(http.get("/health/ready").data()["status"], "ok");
    routes::player(&http, "alice");
    server.stop();
}

#[test]
fn a_request_being_served_is_answered_before_the_end() {
    let _turn = ground::turn();
    SHOP.build();
    let database = Database::new();
    prepare(|arguments: &[&str]| in_development(&SHOP, &database, arguments));
    let mut server = Server::start(in_development(&SHOP, &database, &[]));

    let body = json!({ "app_id": "demo", "platform": "dev", "code": "alice" }).to_string();
    let mut stream = http::begin_post(server.address, "/client/login", body.len());
    // It asks for the body, so that the handler runs.
    let asked = http::read_until(&mut stream, "\r\n\r\n");
    assert!(asked.starts_with("HTTP/1.1 100 "), "{asked}");
    server.terminate();
    server.wait_for_closed_port();
    stream.write_all(body.as_bytes()).unwrap();
    let answer = http::read_answer("the last request", &mut stream);
    assert!(answer.data()["token"].is_string(), "{}", answer.text);

    let (log, status) = server.wait_for_end();
    assert_eq!(status.code(), Some(0), "{log}");
}

/// In how many physical tables a table is, by what `migrate shards --json` says.
fn physical_tables(shards: &str, table: &str) -> usize {
    let shards: Value = serde_json::from_str(shards).unwrap();
    let mut tables = shards["tables"].as_array().unwrap().iter();
    let found = tables.find(|found| found["table"] == table).unwrap();
    found["shards"].as_array().unwrap().len()
}

/// A command of the app in development, on this database.
fn in_development(app: &App, database: &Database, arguments: &[&str]) -> Command {
    let mut command = app.command(arguments);
    command.env("CLOUDAPP__DATABASE__URL", database.url());
    command
}

/// A command of the app in production, with every secret that it needs.
pub(crate) fn in_production(app: &App, database: &Database, arguments: &[&str]) -> Command {
    let mut command = app.command(arguments);
    command
        .env("CLOUDAPP_ENV", "production")
        .env("CLOUDAPP__SERVER__HOST", "127.0.0.1")
        .env("CLOUDAPP__DATABASE__URL", database.url())
        .env("CLOUDAPP__AUTH__TOKEN_KEY", TOKEN_KEY)
        .env("CLOUDAPP__ASSET__CHAIN_KEY", CHAIN_KEY)
        .env("CLOUDAPP__PERSONAL__KEY", PERSONAL_KEY)
        .env("CLOUDAPP__METRICS__TOKEN", METRICS_TOKEN);
    command
}

/// The schema, and an operator who may do everything.
fn prepare(command: impl Fn(&[&str]) -> Command) {
    process::run(command(&["migrate", "up"])).ok();
    let mut create = command(&["admin", "create", "olga"]);
    create.env("CLOUDAPP_ADMIN_PASSWORD", PASSWORD);
    process::run(create).ok().without(&[PASSWORD]);
}

fn starts_fast(what: &str, server: &Server) {
    let start = server.start;
    ground::say(&format!(
        "{what}: first answer after {} ms",
        start.as_millis()
    ));
    assert!(start < START_MAX, "{what}: {start:?}");
}

/// Whatever goes wrong with a request, the answer has its one shape.
fn failures_are_envelopes(http: &Http) {
    http.get("/no/such/route").fails(404, "not_found");
    http.get("/client/me").fails(401, "unauthorized");
    let removed = http.send(Method::DELETE, "/client/login", |request| request);
    removed.fails(405, "method_not_allowed");
    assert_eq!(removed.header("allow"), "POST");
    let malformed = |body: &'static str| {
        http.send(Method::POST, "/client/login", |request| {
            request
                .header("content-type", "application/json")
                .body(body)
        })
    };
    malformed("{\"app_id\": ").fails(400, "param_error");
    malformed("[1, 2]").fails(400, "param_error");
    malformed("").fails(400, "param_error");
    let text = http.send(Method::POST, "/client/login", |request| {
        request.body("hello")
    });
    assert_eq!(text.envelope()["success"], false);
    assert_eq!(text.status, 415);

    let long = http.send(Method::POST, "/client/login", |request| {
        let request = request.header("content-type", "application/json");
        request.body("x".repeat(TOO_LONG))
    });
    long.fails(413, "payload_too_large");
}

/// What is not in envelopes.
fn documents(http: &Http) {
    let docs = http.get("/docs");
    assert_eq!(docs.status, 200);
    assert!(docs.text.contains("</html>"), "{}", docs.text);
    for elsewhere in ["src=\"http", "href=\"http", "url(http"] {
        assert!(!docs.text.contains(elsewhere), "/docs loads from elsewhere");
    }
    let metrics = http.get("/metrics");
    assert_eq!(metrics.status, 200);
    assert!(
        metrics.text.contains("http_requests_total{"),
        "{}",
        metrics.text
    );
    assert!(metrics.text.ends_with("# EOF\n"), "{}", metrics.text);
}

/// Who may call what, on this server; the player logs in by the platform `dev`.
fn callers(http: &Http, metrics: &str) -> Callers {
    Callers {
        player: routes::player(http, "alice"),
        operator: routes::operator(http, "olga"),
        metrics: metrics.to_owned(),
    }
}

/// Calls every route. Those whose path passes `succeeds` must serve whom they are for.
fn every_operation(app: &App, http: &Http, callers: &Callers, succeeds: impl Fn(&str) -> bool) {
    let document = http.get("/openapi.json");
    assert_eq!(document.status, 200);
    let document: Value = serde_json::from_str(&document.text).unwrap();
    let count = routes::call_all(http, &document, callers, |operation| {
        succeeds(&operation.path)
    });
    let listed = process::run(app.command(&["routes", "--json"])).ok();
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(Some(count), listed["routes"].as_array().map(Vec::len));
    ground::say(&format!("{}: {count} operations called", app.name));
}
