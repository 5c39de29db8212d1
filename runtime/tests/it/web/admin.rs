//! Operators: making them, logging in, permissions, and what guessing passwords leads to.

use std::sync::Arc;
use std::time::Instant;

use chrono::Duration;
use cloudapp_runtime::auth::Operator;
use cloudapp_runtime::auth::operator::{FAILURES_TO_LOCK, LOCK_FIRST, LOCK_LONGEST, create};
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::config::{Environment, Secret};
use cloudapp_runtime::testing::{Answer, TestApp};
use cloudapp_runtime::types::Id;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{fixture, servers, start};

const RIGHT: &str = "the right password";

async fn make(app: &TestApp, username: &str) {
    let permissions = ["thing.read".to_owned()];
    create(
        app.context(),
        "demo",
        username,
        &Secret::new(RIGHT),
        &permissions,
    )
    .await
    .unwrap();
}

async fn log_in(app: &TestApp, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    app.anonymous().post("/admin/login", body).await
}

async fn run(app: &TestApp, sql: &str) {
    app.context().db().execute_unprepared(sql).await.unwrap();
}

#[tokio::test]
async fn from_log_in_to_log_out() {
    for (name, server) in servers() {
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .start()
            .await;
        let operator = app.operator_of("shop-7", &["thing.*", "note.read"]).await;
        let me = operator.get("/admin/me").await.ok();
        assert_eq!(me["app_id"], "shop-7", "{name}");
        assert_eq!(me["permissions"], json!(["thing.*", "note.read"]), "{name}");
        operator.get("/admin/things").await.ok();
        operator.post("/admin/logout", json!({})).await.ok();
        operator.get("/admin/me").await.fails("unauthorized");
    }
}

#[tokio::test]
async fn permissions() {
    let may = |patterns: &[&str], permission: &str| {
        let permissions = patterns
            .iter()
            .map(|pattern| (*pattern).to_owned())
            .collect();
        let (id, app_id, username) = (Id::new(1), "demo".to_owned(), "u".to_owned());
        Operator {
            id,
            app_id,
            username,
            permissions,
        }
        .require(permission)
        .is_ok()
    };
    assert!(may(&["*"], "note.read"));
    assert!(may(&["note.*"], "note.read"));
    assert!(may(&["note.*"], "note.draft.read"));
    assert!(may(&["asset.read", "note.read"], "note.read"));
    assert!(!may(&[], "note.read"));
    assert!(!may(&["note.read"], "note.write"));
    assert!(!may(&["note.*"], "notebook.read"));
    assert!(!may(&["note.*"], "note"));
    assert!(!may(&["note"], "note.read"));
    assert!(!may(&["not*"], "note.read"));

    let app = TestApp::start(fixture::app()).await;
    let answer = app
        .operator(&["thing.write"])
        .await
        .get("/admin/things")
        .await;
    assert_eq!(answer.status, 403);
    answer.fails("no_power");
}

#[tokio::test]
async fn operators_that_make_no_sense_are_not_made() {
    let app = TestApp::start(fixture::app()).await;
    let long_name = "x".repeat(65);
    let long_password = "x".repeat(513);
    for (app_id, username, password, permission, named) in [
        ("", "anna", RIGHT, "*", "tenant ``"),
        ("a b", "anna", RIGHT, "*", "tenant `a b`"),
        ("demo", "", RIGHT, "*", "user name ``"),
        ("demo", "an na", RIGHT, "*", "user name `an na`"),
        ("demo", &long_name, RIGHT, "*", "user name `xxx"),
        ("demo", "anna", "1234567", "*", "password: "),
        ("demo", "anna", &long_password, "*", "password: "),
        ("demo", "anna", RIGHT, "", "permission ``"),
        ("demo", "anna", RIGHT, "note.", "permission `note.`"),
        ("demo", "anna", RIGHT, "*.read", "permission `*.read`"),
        ("demo", "anna", RIGHT, "not*", "permission `not*`"),
        ("demo", "anna", RIGHT, "Note.Read", "permission `Note.Read`"),
    ] {
        let permissions = [permission.to_owned()];
        let made = create(
            app.context(),
            app_id,
            username,
            &Secret::new(password),
            &permissions,
        )
        .await;
        let error = made.unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("param_error: {named}")),
            "{error}"
        );
        assert!(
            !error.contains(RIGHT) && !error.contains("1234567"),
            "{error}"
        );
    }
    make(&app, "anna").await;
    let again = create(app.context(), "other", "anna", &Secret::new(RIGHT), &[]).await;
    assert_eq!(
        again.unwrap_err().to_string(),
        "conflict: there is an operator `anna` already"
    );
    // Whether `Anna` is somebody else does not depend on the database.
    log_in(&app, "Anna", RIGHT).await.fails("login_failed");
}

#[tokio::test]
async fn a_refused_log_in_does_not_tell_why() {
    let clock = Arc::new(ManualClock::new(start()));
    let app = TestApp::setup(fixture::app()).clock(clock).start().await;
    for name in ["anna", "berta", "carla"] {
        make(&app, name).await;
    }
    run(
        &app,
        "UPDATE operator_tb SET is_enabled = false WHERE username = 'berta'",
    )
    .await;
    for _ in 0..FAILURES_TO_LOCK {
        log_in(&app, "carla", "wrong").await.fails("login_failed");
    }
    let wrong = log_in(&app, "anna", "wrong").await;
    assert_eq!(wrong.status, 401);
    for (username, password) in [
        ("nobody", RIGHT),
        ("berta", RIGHT),
        ("carla", RIGHT),
        ("anna", &format!("{RIGHT} ")),
    ] {
        let answer = log_in(&app, username, password).await;
        assert_eq!(answer.error_code(), wrong.error_code(), "{username}");
        assert_eq!(answer.error_message(), wrong.error_message(), "{username}");
        assert_eq!(answer.status, wrong.status, "{username}");
    }
    log_in(&app, "anna", RIGHT).await.ok();
}

#[tokio::test]
async fn a_refused_log_in_takes_as_long_whoever_it_is() {
    // With the cost of the real thing, which everything else drowns in.
    let app = TestApp::setup(fixture::app())
        .config(|config| config.environment = Environment::Development)
        .start()
        .await;
    make(&app, "anna").await;
    // By turns, and the shortest of each, so that a busy machine is unfair to none.
    let names = ["anna", "nobody"];
    let mut shortest = [f64::MAX; 2];
    for _ in 0..4 {
        for (name, shortest) in names.iter().zip(&mut shortest) {
            let before = Instant::now();
            log_in(&app, name, "wrong").await.fails("login_failed");
            *shortest = shortest.min(before.elapsed().as_secs_f64());
        }
    }
    let [known, unknown] = shortest;
    let ratio = unknown / known;
    assert!(
        (0.3..3.0).contains(&ratio),
        "known {known} s, unknown {unknown} s"
    );
}

#[tokio::test]
async fn guessing_locks_the_account_for_longer_and_longer() {
    for (name, server) in servers() {
        let clock = Arc::new(ManualClock::new(start()));
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .clock(clock.clone())
            .start()
            .await;
        make(&app, "anna").await;
        make(&app, "berta").await;
        for _ in 1..FAILURES_TO_LOCK {
            log_in(&app, "anna", "wrong").await.fails("login_failed");
        }
        // The right password makes all failures forgotten.
        log_in(&app, "anna", RIGHT).await.ok();
        for _ in 0..FAILURES_TO_LOCK {
            log_in(&app, "anna", "wrong").await.fails("login_failed");
        }
        let mut lock = LOCK_FIRST;
        for round in 0..7 {
            log_in(&app, "anna", RIGHT).await.fails("login_failed");
            clock.advance(lock - Duration::milliseconds(1));
            log_in(&app, "anna", RIGHT).await.fails("login_failed");
            clock.advance(Duration::milliseconds(1));
            log_in(&app, "anna", "wrong").await.fails("login_failed");
            lock = (lock * 2).min(LOCK_LONGEST);
            assert!(round < 4 || lock == LOCK_LONGEST);
        }
        // Nobody else is concerned.
        log_in(&app, "berta", RIGHT).await.ok();
        clock.advance(lock);
        log_in(&app, "anna", RIGHT).await.ok();
        log_in(&app, "anna", RIGHT).await.ok();
        assert_eq!(lock, LOCK_LONGEST, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_in_parallel_gains_nothing() {
    for (name, server) in servers() {
        let app = Arc::new(
            TestApp::setup(fixture::app())
                .database_server(server)
                .start()
                .await,
        );
        make(&app, "anna").await;
        let guesses: Vec<_> = (0..40)
            .map(|_| {
                let app = Arc::clone(&app);
                tokio::spawn(async move { log_in(&app, "anna", "wrong").await.status })
            })
            .collect();
        for guess in guesses {
            assert_eq!(guess.await.unwrap(), 401, "{name}");
        }
        // Exactly as many as are free were looked at, then the door was shut.
        let row = app
            .context()
            .db()
            .query_one_raw(sea_orm::Statement::from_string(
                app.context().db().get_database_backend(),
                "SELECT failed_count FROM operator_tb",
            ))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            row.try_get_by_index::<i32>(0).unwrap(),
            FAILURES_TO_LOCK,
            "{name}"
        );
        log_in(&app, "anna", RIGHT).await.fails("login_failed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_right_log_ins_at_once_do_not_lock() {
    let app = Arc::new(TestApp::start(fixture::app()).await);
    make(&app, "anna").await;
    let all: Vec<_> = (0..40)
        .map(|_| {
            let app = Arc::clone(&app);
            tokio::spawn(async move { log_in(&app, "anna", RIGHT).await.status })
        })
        .collect();
    for one in all {
        assert_eq!(one.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_disabled_operator_is_out_at_once() {
    let app = TestApp::start(fixture::app()).await;
    let operator = app.operator(&["*"]).await;
    operator.get("/admin/things").await.ok();
    run(&app, r#"UPDATE operator_tb SET permissions = '["note.*"]'"#).await;
    operator.get("/admin/things").await.fails("no_power");
    run(&app, "UPDATE operator_tb SET is_enabled = false").await;
    operator.get("/admin/me").await.fails("unauthorized");
}

#[tokio::test]
async fn the_database_holds_no_password() {
    let app = TestApp::start(fixture::app()).await;
    make(&app, "anna").await;
    make(&app, "berta").await;
    let rows = app
        .context()
        .db()
        .query_all_raw(sea_orm::Statement::from_string(
            app.context().db().get_database_backend(),
            "SELECT password_hash FROM operator_tb",
        ))
        .await
        .unwrap();
    let hashes: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    assert!(
        hashes
            .iter()
            .all(|hash| hash.starts_with("$argon2id$v=19$")),
        "{hashes:?}"
    );
    assert_ne!(hashes[0], hashes[1], "each has its own salt");
}
