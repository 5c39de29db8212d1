//! Keys and bodies that are refused before anything is done.

use axum::body::Body;
use axum::http::HeaderValue;
use cloudapp_runtime::testing::TestApp;
use serde_json::json;

use super::fixture::{self, effects, post, records, request, send};

#[tokio::test]
async fn keys_that_are_none() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let body = json!({"how": "succeed"});
    let ask = |value: HeaderValue| {
        let mut request = request(&alice, "/client/effects", "k", &body);
        request.headers_mut().insert("idempotency-key", value);
        send(app.router(), request)
    };
    let long = "x".repeat(256);
    let bad: [&[u8]; 5] = [b"", b"a b", b"a\tb", "ключ".as_bytes(), long.as_bytes()];
    for key in bad {
        let answer = ask(HeaderValue::from_bytes(key).unwrap()).await;
        assert_eq!(answer.status, 400, "{key:?}");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let rule = "Idempotency-Key: must be 1 to 255 visible ASCII characters";
        assert!(
            text.contains("param_error") && text.contains(rule),
            "{text}"
        );
    }
    assert_eq!((effects(&app).await, records(&app).await), (0, 0));
    for key in ["x", "!~", &"x".repeat(255)] {
        assert_eq!(ask(key.parse().unwrap()).await.status, 201, "{key}");
    }
}

#[tokio::test]
async fn two_keys_at_once() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let mut twice = request(&alice, "/client/effects", "a", &json!({"how": "succeed"}));
    let second = HeaderValue::from_static("b");
    twice.headers_mut().append("idempotency-key", second);
    let answer = send(app.router(), twice).await;
    assert_eq!((answer.status, effects(&app).await), (400, 0));
}

#[tokio::test]
async fn who_is_not_logged_in_leaves_no_trace() {
    let app = TestApp::start(fixture::app()).await;
    let anna = app.operator(&["*"]).await;
    for client in [app.anonymous(), anna] {
        for key in ["k", "not a key"] {
            let answer = post(&app, &client, key, "succeed").await;
            assert_eq!(answer.error_code(), "unauthorized");
        }
    }
    assert_eq!((effects(&app).await, records(&app).await), (0, 0));
}

#[tokio::test]
async fn the_limit_of_bodies_holds() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.server.body_limit_bytes = 2_000)
        .start()
        .await;
    let alice = app.player("alice").await;
    let order = json!({"how": "succeed"}).to_string();
    for (length, status) in [(2_000, 201), (2_001, 413), (100_000, 413)] {
        let padded = order.clone() + &" ".repeat(length - order.len());
        // With and without a length told before.
        let chunks = futures_util::stream::iter(
            padded
                .as_bytes()
                .chunks(500)
                .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
                .collect::<Vec<_>>(),
        );
        for (kind, body) in [
            ("whole", Body::from(padded.clone())),
            ("streamed", Body::from_stream(chunks)),
        ] {
            let key = format!("{kind}-{length}");
            let mut request = request(&alice, "/client/effects", &key, &json!({}));
            *request.body_mut() = body;
            let answer = send(app.router(), request).await;
            assert_eq!(answer.status, status, "{key}");
        }
    }
    assert_eq!((effects(&app).await, records(&app).await), (2, 2));
}

#[tokio::test]
async fn other_methods_and_places_take_no_key() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for (method, path, status) in [
        ("GET", "/client/me", 200),
        ("POST", "/client/no/such/route", 404),
        ("POST", "/nowhere", 404),
    ] {
        for _ in 0..2 {
            let mut request = request(&alice, path, "k", &json!({}));
            *request.method_mut() = method.parse().unwrap();
            let answer = send(app.router(), request).await;
            assert_eq!((answer.status, answer.is_replay()), (status, false));
        }
    }
    assert_eq!(records(&app).await, 0);
}
