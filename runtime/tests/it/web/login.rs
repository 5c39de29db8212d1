//! Players: logging in, the life of a session, and what a token is worth where.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use chrono::Duration;
use cloudapp_runtime::app::{BoxFuture, Context};
use cloudapp_runtime::auth::{PlatformLogin, Platforms, SEEN_EVERY};
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::config::{Environment, Secret};
use cloudapp_runtime::error::{AppError, AppResult, ErrorCode};
use cloudapp_runtime::testing::{Answer, TestApp};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{fixture, servers, start};

async fn log_in(app: &TestApp, app_id: &str, code: &str) -> Answer {
    let body = json!({"app_id": app_id, "platform": "dev", "code": code});
    app.anonymous().post("/client/login", body).await
}

async fn me_with(app: &TestApp, path: &str, authorization: &str) -> Answer {
    let request = Request::get(path).header("authorization", authorization);
    app.anonymous()
        .send(request.body(Body::empty()).unwrap())
        .await
}

/// The single column of the single row of a query.
async fn value<T: sea_orm::TryGetable>(app: &TestApp, sql: &str) -> T {
    let conn = app.context().db();
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    conn.query_one_raw(statement)
        .await
        .unwrap()
        .unwrap()
        .try_get_by_index(0)
        .unwrap()
}

#[tokio::test]
async fn from_log_in_to_log_out() {
    for (name, server) in servers() {
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .start()
            .await;
        let first = log_in(&app, "demo", "alice").await.ok();
        assert_eq!(first["is_new"], true, "{name}");
        let again = log_in(&app, "demo", "alice").await.ok();
        assert_eq!(
            (&again["is_new"], &again["user_id"]),
            (&json!(false), &first["user_id"]),
            "{name}"
        );
        assert_ne!(again["token"], first["token"]);

        let token = first["token"].as_str().unwrap();
        assert!(
            token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()),
            "256 bits"
        );
        let bearer = format!("Bearer {token}");
        let me = me_with(&app, "/client/me", &bearer).await.ok();
        assert_eq!(me["user_id"], first["user_id"]);
        assert_eq!(
            (&me["app_id"], &me["platform"]),
            (&json!("demo"), &json!("dev"))
        );
        let created = me["created_at"].as_str().unwrap();
        assert!(
            created.ends_with('Z') || created.ends_with("+00:00"),
            "{created}"
        );

        let request = Request::post("/client/logout").header("authorization", &bearer);
        app.anonymous()
            .send(request.body(Body::empty()).unwrap())
            .await
            .ok();
        me_with(&app, "/client/me", &bearer)
            .await
            .fails("unauthorized");
        // The other session goes on.
        let other = format!("bearer {}", again["token"].as_str().unwrap());
        me_with(&app, "/client/me", &other).await.ok();
    }
}

#[tokio::test]
async fn what_is_no_token_opens_nothing() {
    let app = TestApp::start(fixture::app()).await;
    let token = app.player("alice").await.token().unwrap().to_owned();
    let hash: String = value(&app, "SELECT token_hash FROM session_tb").await;
    assert_ne!(hash, token, "the database must not know the token");
    for authorization in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        token.clone(),
        format!("Basic {token}"),
        format!("Bearer {hash}"),
        format!("Bearer {}", &token[1..]),
        format!("Bearer {token}0"),
        format!("Bearer {}", token.to_uppercase()),
        format!("Bearer {}", "a".repeat(100_000)),
        "Bearer ' OR 1=1 --".to_owned(),
    ] {
        me_with(&app, "/client/me", &authorization)
            .await
            .fails("unauthorized");
    }
    me_with(&app, "/client/me", &format!("Bearer {token}"))
        .await
        .ok();
}

#[tokio::test]
async fn each_audience_has_its_own_sessions() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let operator = app.operator(&["*"]).await;
    for (client, own, foreign) in [
        (&alice, "/client/me", "/admin/me"),
        (&operator, "/admin/me", "/client/me"),
    ] {
        client.get(own).await.ok();
        client.get(foreign).await.fails("unauthorized");
    }
    alice.get("/admin/things").await.fails("unauthorized");
    operator.get("/client/things").await.fails("unauthorized");
    alice
        .post("/admin/logout", json!({}))
        .await
        .fails("unauthorized");
    alice.get("/client/me").await.ok();
}

#[tokio::test]
async fn a_session_ends_and_is_seen_once_a_minute() {
    for (name, server) in servers() {
        let clock = Arc::new(ManualClock::new(start()));
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .clock(clock.clone())
            .config(|config| config.auth.session_ttl_s = 3_600)
            .start()
            .await;
        let alice = app.player("alice").await;
        let seen = async || {
            let sql = "SELECT last_seen_at FROM session_tb";
            value::<chrono::DateTime<chrono::Utc>>(&app, sql).await
        };
        let steps = [
            (Duration::seconds(59), start()),
            (Duration::seconds(1), start() + SEEN_EVERY),
            (Duration::seconds(59), start() + SEEN_EVERY),
            (Duration::seconds(31), start() + Duration::seconds(150)),
        ];
        for (step, expected) in steps {
            clock.advance(step);
            alice.get("/client/me").await.ok();
            assert_eq!(seen().await, expected, "{name}");
        }
        clock.set(start() + Duration::seconds(3_599));
        alice.get("/client/me").await.ok();
        clock.advance(Duration::seconds(1));
        alice.get("/client/me").await.fails("unauthorized");
    }
}

#[tokio::test]
async fn another_key_knows_no_session() {
    let app = TestApp::start(fixture::app()).await;
    app.player("alice").await;
    let hash: String = value(&app, "SELECT token_hash FROM session_tb").await;
    let other = TestApp::setup(fixture::app())
        .config(|config| config.auth.token_key = Secret::new("another key of at least 32 bytes!"))
        .start()
        .await;
    let token = other.player("alice").await.token().unwrap().to_owned();
    let other_hash: String = value(&other, "SELECT token_hash FROM session_tb").await;
    assert_ne!(hash, other_hash);
    me_with(&app, "/client/me", &format!("Bearer {token}"))
        .await
        .fails("unauthorized");
}

#[tokio::test]
async fn names_differ_by_case_accent_and_width() {
    let longest = "𝒳".repeat(128);
    let names = [
        "alice",
        "Alice",
        "ALICE",
        "älice",
        "alicé",
        "ａｌｉｃｅ",
        "a",
        "à",
        "ß",
        "ss",
        "李雷",
        "🦀",
        "🦞",
        "a b",
        "%",
        "_",
        "'",
        "\\",
        &longest,
    ];
    for (name, server) in servers() {
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .start()
            .await;
        let mut users = HashSet::new();
        for code in names {
            let first = log_in(&app, "demo", code).await.ok();
            assert_eq!(first["is_new"], true, "{name}: {code}");
            assert!(
                users.insert(first["user_id"].as_str().unwrap().to_owned()),
                "{name}: {code}"
            );
            assert_eq!(
                log_in(&app, "demo", code).await.ok()["user_id"],
                first["user_id"]
            );
        }
        // The same account at another tenant is another user.
        let other = log_in(&app, "other", "alice").await.ok();
        assert_eq!(other["is_new"], true, "{name}");
        assert!(users.insert(other["user_id"].as_str().unwrap().to_owned()));
        assert_eq!(
            log_in(&app, "Demo", "alice").await.ok()["is_new"],
            true,
            "{name}"
        );
    }
}

#[tokio::test]
async fn requests_that_make_no_sense() {
    let app = TestApp::start(fixture::app()).await;
    let too_long = "x".repeat(129);
    let tenant = "x".repeat(65);
    let field = |app_id: &str, platform: &str, code: &str| json!({"app_id": app_id, "platform": platform, "code": code});
    for (body, named) in [
        (json!({}), "missing field `app_id`"),
        (field("", "dev", "a"), "app_id: "),
        (field(&tenant, "dev", "a"), "app_id: "),
        (field("de mo", "dev", "a"), "app_id: "),
        (field("дemo", "dev", "a"), "app_id: "),
        (field("demo", "", "a"), "platform: "),
        (
            field("demo", "wechat", "a"),
            "platform: not available here; there is: dev",
        ),
        (field("demo", "Dev", "a"), "platform: "),
        (field("demo", "dev", ""), "code: "),
        (
            field("demo", "dev", &too_long),
            "code: longer than 128 characters",
        ),
        (
            field("demo", "dev", " a"),
            "code: space at its beginning or end",
        ),
        (
            field("demo", "dev", "a\u{3000}"),
            "code: space at its beginning or end",
        ),
        (field("demo", "dev", "a\u{0}b"), "code: control characters"),
        (field("demo", "dev", "a\nb"), "code: control characters"),
        (
            json!({"app_id": "demo", "platform": "dev", "code": "a", "user_id": "1"}),
            "user_id: unknown field",
        ),
    ] {
        let message = app
            .anonymous()
            .post("/client/login", body.clone())
            .await
            .fails("param_error");
        assert!(message.starts_with(named), "{body}: {message}");
    }
    let users: i64 = value(&app, "SELECT COUNT(*) FROM identity_tb").await;
    assert_eq!(users, 0);
}

#[tokio::test]
async fn the_dev_platform_does_not_exist_in_production_nor_when_switched_off() {
    let production = TestApp::setup(fixture::app())
        .config(|config| config.environment = Environment::Production);
    let switched_off =
        TestApp::setup(fixture::app()).config(|config| config.auth.dev_login = false);
    for setup in [production, switched_off] {
        let app = setup.start().await;
        let message = log_in(&app, "demo", "alice").await.fails("param_error");
        assert_eq!(message, "platform: not available here; there is: none");
    }
}

/// A platform that knows one code.
struct Sesame;

impl PlatformLogin for Sesame {
    fn name(&self) -> &'static str {
        "sesame"
    }

    fn open_id<'a>(
        &'a self,
        _: &'a Context,
        app_id: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, AppResult<String>> {
        Box::pin(async move {
            match code {
                "open" => Ok(format!("ali-baba@{app_id}")),
                _ => Err(AppError::new(ErrorCode::LOGIN_FAILED)),
            }
        })
    }
}

#[tokio::test]
async fn an_application_brings_its_own_platforms() {
    let mut application = fixture::app();
    application.extension(Platforms::default().with(Sesame));
    let app = TestApp::start(application).await;
    let log_in = async |code: &str| {
        let body = json!({"app_id": "demo", "platform": "sesame", "code": code});
        app.anonymous().post("/client/login", body).await
    };
    log_in("shut").await.fails("login_failed");
    let token = log_in("open").await.ok()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let me = me_with(&app, "/client/me", &format!("Bearer {token}"))
        .await
        .ok();
    assert_eq!(me["platform"], "sesame");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_first_log_ins_at_once_make_one_user() {
    const AT_ONCE: usize = 100;
    for (name, server) in servers() {
        let app = Arc::new(
            TestApp::setup(fixture::app())
                .database_server(server)
                .start()
                .await,
        );
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let app = Arc::clone(&app);
                tokio::spawn(async move { log_in(&app, "demo", "Stürmer").await.ok() })
            })
            .collect();
        let mut answers: Vec<Value> = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        let users: HashSet<&str> = answers
            .iter()
            .map(|answer| answer["user_id"].as_str().unwrap())
            .collect();
        assert_eq!(users.len(), 1, "{name}");
        let new = answers
            .iter()
            .filter(|answer| answer["is_new"] == true)
            .count();
        assert_eq!(new, 1, "{name}");
        let rows: i64 = value(&app, "SELECT COUNT(*) FROM identity_tb").await;
        let sessions: i64 = value(&app, "SELECT COUNT(*) FROM session_tb").await;
        assert_eq!((rows, sessions), (1, AT_ONCE as i64), "{name}");
    }
}
