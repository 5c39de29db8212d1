//! The same request again gets the same answer.

use std::sync::Arc;

use chrono::Duration;
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::testing::TestApp;
use serde_json::json;

use super::fixture::{self, effects, execute, post, records, request, send};
use super::servers;
use crate::web::log::record;
use crate::web::start;

#[tokio::test]
async fn it_is_answered_again_and_not_done_again() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let alice = app.player("alice").await;
        let first = post(&app, &alice, "k", "succeed").await;
        assert_eq!((first.status, first.is_replay()), (201, false), "{name}");
        for _ in 0..3 {
            post(&app, &alice, "k", "succeed").await.repeats(&first);
        }
        assert_eq!(effects(&app).await, 1, "{name}");
        let other = post(&app, &alice, "K", "succeed").await;
        assert_eq!((other.status, other.is_replay()), (201, false), "{name}");
        let plain = post(&app, &alice, "plain", "plain").await;
        post(&app, &alice, "plain", "plain").await.repeats(&plain);
        // A hundred thousand bytes are more than MySQL's `text` holds.
        let body = json!({"how": "big", "number": 99_999});
        let big = |key: &str| send(app.router(), request(&alice, "/client/effects", key, &body));
        let first = big("big").await;
        assert!(first.body.len() > 99_000, "{name}");
        big("big").await.repeats(&first);
    }
}

#[tokio::test]
async fn a_key_is_for_one_content() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    post(&app, &alice, "k", "succeed").await;
    let other = post(&app, &alice, "k", "plain").await;
    assert_eq!(
        (other.status, other.error_code().as_str()),
        (409, "idempotency_conflict")
    );
    let body = json!({"how": "succeed"});
    for path in ["/client/effects?a=1", "/client/keyed"] {
        let other = send(app.router(), request(&alice, path, "k", &body)).await;
        assert_eq!(other.error_code(), "idempotency_conflict", "{path}");
    }
    assert_eq!(effects(&app).await, 1);
}

#[tokio::test]
async fn a_key_belongs_to_a_person_and_outlives_a_log_in() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let first = post(&app, &alice, "k", "succeed").await;
    for other in [
        app.player("bob").await,
        app.player_of("shop", "alice").await,
    ] {
        assert!(!post(&app, &other, "k", "succeed").await.is_replay());
    }
    let again = app.player("alice").await;
    assert_ne!(again.token(), alice.token());
    post(&app, &again, "k", "succeed").await.repeats(&first);
    assert_eq!(effects(&app).await, 3);
}

#[tokio::test]
async fn operators_have_keys_of_their_own_and_no_way_back() {
    let app = TestApp::start(fixture::app()).await;
    let anna = app.operator(&["effect.write"]).await;
    let body = json!({"how": "succeed"});
    let ask = || send(app.router(), request(&anna, "/admin/effects", "k", &body));
    let first = ask().await;
    assert_eq!(first.status, 201);
    ask().await.repeats(&first);
    // Not even a repeated answer is for somebody who is out.
    execute(&app, "UPDATE operator_tb SET is_enabled = false").await;
    let out = ask().await;
    assert_eq!((out.status, out.is_replay()), (401, false));
    assert_eq!(effects(&app).await, 1);
}

#[tokio::test]
async fn without_a_key_nothing_is_recorded() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for _ in 0..2 {
        let body = json!({"how": "succeed"});
        alice.post("/client/effects", body).await.ok();
    }
    assert_eq!((effects(&app).await, records(&app).await), (2, 0));
}

#[tokio::test]
async fn the_session_is_looked_up_once() {
    for (name, server) in servers().into_iter().skip(1) {
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .config(|config| config.database.slow_query_ms = 0)
            .start()
            .await;
        let alice = app.player("alice").await;
        let (lines, _guard) = record();
        post(&app, &alice, "k", "succeed").await;
        let log = lines.text();
        let statements = log.lines().filter(|line| line.contains("session_tb"));
        let selects = statements.filter(|line| line.contains("SELECT"));
        assert_eq!(selects.count(), 1, "{name}: {log}");
    }
}

#[tokio::test]
async fn handlers_can_take_the_key() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let told = post(&app, &alice, "my-key", "tell_key").await;
    assert!(String::from_utf8_lossy(&told.body).contains(r#""data":"my-key""#));
    let body = json!({"how": "tell_key"});
    assert_eq!(alice.post("/client/effects", body).await.ok(), json!(null));
    let keyed = send(
        app.router(),
        request(&alice, "/client/keyed", "a", &json!({})),
    );
    assert_eq!(keyed.await.status, 200);
    let message = alice.post("/client/keyed", json!({})).await;
    assert_eq!(
        message.fails("param_error"),
        "Idempotency-Key: the header is missing"
    );
}

#[tokio::test]
async fn a_record_is_forgotten_in_time() {
    for (name, server) in servers() {
        let clock = Arc::new(ManualClock::new(start()));
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .clock(clock.clone())
            .config(|config| config.http.idempotency_ttl_s = 100)
            .start()
            .await;
        let alice = app.player("alice").await;
        post(&app, &alice, "k", "succeed").await;
        clock.advance(Duration::seconds(100) - Duration::milliseconds(1));
        assert!(post(&app, &alice, "k", "succeed").await.is_replay());
        clock.advance(Duration::milliseconds(1));
        // Whatever it was used for before.
        let second = post(&app, &alice, "k", "plain").await;
        assert!(!second.is_replay(), "{name}");
        post(&app, &alice, "k", "plain").await.repeats(&second);
        assert_eq!((effects(&app).await, records(&app).await), (2, 1), "{name}");
    }
}

#[tokio::test]
async fn expired_records_are_cleared_away() {
    let clock = Arc::new(ManualClock::new(start()));
    let app = TestApp::setup(fixture::app())
        .clock(clock.clone())
        .start()
        .await;
    let alice = app.player("alice").await;
    for old in 0..20 {
        post(&app, &alice, &format!("old-{old}"), "succeed").await;
    }
    clock.advance(Duration::days(2));
    let mut left = 20;
    for new in 0..5_000 {
        post(&app, &alice, &format!("new-{new}"), "succeed").await;
        let sql = "SELECT COUNT(*) FROM idempotency_tb WHERE key_text LIKE 'old-%'";
        left = fixture::number(&app, sql).await;
        if left == 0 {
            break;
        }
    }
    assert_eq!(left, 0);
}
