//! Which answers are kept, and which give the key back.

use cloudapp_runtime::testing::TestApp;
use serde_json::json;

use super::fixture::{self, effects, post, records, request, send};
use crate::web::log::record;

#[tokio::test]
async fn what_failed_on_our_side_is_done_again() {
    let app = TestApp::start(fixture::app()).await;
    for (name, how) in [("alice", "fail_once"), ("bob", "panic_once")] {
        let player = app.player(name).await;
        fixture::execute(&app, "DELETE FROM effect_tb").await;
        let first = post(&app, &player, "k", how).await;
        assert_eq!(first.status, 500, "{how}");
        let second = post(&app, &player, "k", how).await;
        assert_eq!((second.status, second.is_replay()), (201, false), "{how}");
        post(&app, &player, "k", how).await.repeats(&second);
        assert_eq!(effects(&app).await, 2, "{how}");
    }
}

#[tokio::test]
async fn what_was_refused_for_good_is_kept() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for (how, status) in [("conflict", 409), ("unknown", 400), ("bare", 422)] {
        let first = post(&app, &alice, how, how).await;
        assert_eq!(first.status, status, "{how}");
        post(&app, &alice, how, how).await.repeats(&first);
    }
    assert_eq!(effects(&app).await, 3);
}

#[tokio::test]
async fn what_may_be_allowed_later_is_not_kept() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for (how, status) in [("forbidden", 403), ("too_many", 429)] {
        for _ in 0..2 {
            let answer = post(&app, &alice, how, how).await;
            assert_eq!(
                (answer.status, answer.is_replay()),
                (status, false),
                "{how}"
            );
        }
    }
    assert_eq!((effects(&app).await, records(&app).await), (4, 0));
}

#[tokio::test]
async fn what_is_no_text_or_too_large_is_not_kept() {
    let (lines, _guard) = record();
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for _ in 0..2 {
        let answer = post(&app, &alice, "binary", "binary").await;
        assert_eq!((answer.status, &answer.body[..]), (200, &[0xff, 0][..]));
        let body = json!({"how": "big", "number": 300_000});
        let big = request(&alice, "/client/effects", "big", &body);
        let big = send(app.router(), big).await;
        assert_eq!((big.status, big.is_replay()), (200, false));
        assert!(big.body.len() > 300_000);
    }
    let log = lines.text();
    assert!(log.contains("an answer that is too large") && log.contains("262144"));
    assert!(log.contains("an answer that is no text"));
    assert_eq!((effects(&app).await, records(&app).await), (4, 0));
}

#[tokio::test]
async fn the_compat_envelope_hides_no_failure() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.http.compat_envelope = true)
        .start()
        .await;
    let body = json!({"app_id": "demo", "platform": "dev", "code": "alice"});
    let session = app.anonymous().post("/client/login", body).await.body;
    let token = session["data"]["data"]["token"].as_str().unwrap();
    let ask = |key: &'static str, how: &'static str| {
        let mut request = request(
            &app.anonymous(),
            "/client/effects",
            key,
            &json!({"how": how}),
        );
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        send(app.router(), request)
    };
    let failed = ask("k", "fail_once").await;
    assert_eq!((failed.status, records(&app).await), (200, 0));
    let second = ask("k", "fail_once").await;
    ask("k", "fail_once").await.repeats(&second);
    let refused = ask("r", "conflict").await;
    ask("r", "conflict").await.repeats(&refused);
    assert_eq!(effects(&app).await, 3);
}

#[tokio::test]
async fn logging_in_and_out_is_never_kept() {
    let app = TestApp::start(fixture::app()).await;
    let body = json!({"app_id": "demo", "platform": "dev", "code": "alice"});
    let anonymous = app.anonymous();
    // Even with a living session along.
    let alice = app.player("alice").await;
    let mut tokens = Vec::new();
    for client in [&anonymous, &anonymous, &alice, &alice] {
        let request = request(client, "/client/login", "k", &body);
        let answer = send(app.router(), request).await;
        assert_eq!((answer.status, answer.is_replay()), (200, false));
        tokens.push(answer.body);
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 4);
    let out = request(&alice, "/client/logout", "k", &json!({}));
    assert_eq!(send(app.router(), out).await.status, 200);
    let anna = app.operator(&["*"]).await;
    let out = request(&anna, "/admin/logout", "k", &json!({}));
    assert_eq!(send(app.router(), out).await.status, 200);
    let wrong = json!({"username": "a", "password": "b"});
    send(
        app.router(),
        request(&anonymous, "/admin/login", "k", &wrong),
    )
    .await;
    assert_eq!(records(&app).await, 0);
}
