//! Whatever goes wrong, the answer is the envelope, and tells nobody what is none of his business.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, Request};
use cloudapp_runtime::config::Environment;
use cloudapp_runtime::http::URI_LIMIT_BYTES;
use cloudapp_runtime::testing::{Answer, TestApp};
use serde_json::{Value, json};

use super::fixture;

/// Every failure has the envelope's keys, a request id in body and header, and no data.
fn is_enveloped(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, answer.error_code()),
        (status, code),
        "{}",
        answer.body
    );
    assert_eq!(answer.body["success"], false);
    assert_eq!(answer.body["data"], Value::Null);
    assert!(!answer.error_message().is_empty());
    let id = answer.header("x-request-id");
    assert!(!id.is_empty());
    assert_eq!(answer.body["request_id"], id);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

async fn post_raw(app: &TestApp, path: &str, content_type: Option<&str>, body: &str) -> Answer {
    let mut request = Request::post(path);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    app.anonymous()
        .send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

#[tokio::test]
async fn no_route_and_no_method() {
    let app = TestApp::start(fixture::app()).await;
    let anonymous = app.anonymous();
    for path in [
        "/",
        "/no/such/route",
        "/client/things/",
        "/%ff%fe",
        "/client//things",
    ] {
        is_enveloped(&anonymous.get(path).await, 404, "not_found");
    }
    let answer = anonymous
        .request(Method::PATCH, "/client/login", None)
        .await;
    is_enveloped(&answer, 405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST");
    let brew = Method::from_bytes(b"BREW").unwrap();
    is_enveloped(
        &anonymous.request(brew, "/docs", None).await,
        405,
        "method_not_allowed",
    );
}

#[tokio::test]
async fn a_head_request_is_answered_without_a_body() {
    let app = TestApp::start(fixture::app()).await;
    let answer = app
        .anonymous()
        .request(Method::HEAD, "/health/live", None)
        .await;
    assert_eq!((answer.status, &answer.body), (200, &json!("")));
}

#[tokio::test]
async fn the_body_has_another_type() {
    let app = TestApp::start(fixture::app()).await;
    let login = json!({"app_id": "demo", "platform": "dev", "code": "a"}).to_string();
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let answer = post_raw(&app, "/client/login", content_type, &login).await;
        is_enveloped(&answer, 415, "unsupported_media_type");
    }
    for content_type in ["application/json", "application/json; charset=utf-8"] {
        let answer = post_raw(&app, "/client/login", Some(content_type), &login).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[tokio::test]
async fn the_body_is_too_large() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.server.body_limit_bytes = 2_000)
        .start()
        .await;
    let body = |length: usize| {
        let text = json!({"app_id": "demo", "platform": "dev", "code": "a"}).to_string();
        format!("{text}{}", " ".repeat(length - text.len()))
    };
    let json = Some("application/json");
    assert_eq!(
        post_raw(&app, "/client/login", json, &body(2_000))
            .await
            .status,
        200
    );
    let answer = post_raw(&app, "/client/login", json, &body(2_001)).await;
    is_enveloped(&answer, 413, "payload_too_large");
}

#[tokio::test]
async fn the_address_is_too_long() {
    let app = TestApp::start(fixture::app()).await;
    let path = |length: usize| format!("/whence?{}", "x".repeat(length - "/whence?".len()));
    assert_eq!(
        app.anonymous().get(&path(URI_LIMIT_BYTES)).await.status,
        200
    );
    let answer = app.anonymous().get(&path(URI_LIMIT_BYTES + 1)).await;
    is_enveloped(&answer, 414, "uri_too_long");
}

#[tokio::test]
async fn the_handler_takes_too_long() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.server.request_timeout_s = 1)
        .start()
        .await;
    let before = Instant::now();
    is_enveloped(
        &app.anonymous().get("/mischief?how=sleep&ms=30000").await,
        503,
        "timeout",
    );
    assert!(before.elapsed() < Duration::from_secs(5));
    assert_eq!(
        app.anonymous().get("/mischief?how=sleep&ms=1").await.status,
        200
    );
}

#[tokio::test]
async fn a_panic_costs_one_answer_only() {
    let app = TestApp::start(fixture::app()).await;
    for _ in 0..3 {
        is_enveloped(
            &app.anonymous().get("/mischief?how=panic&ms=7").await,
            500,
            "internal",
        );
    }
    assert_eq!(app.anonymous().get("/health/live").await.status, 200);
}

#[tokio::test]
async fn production_hides_what_went_wrong_inside() {
    let production = TestApp::setup(fixture::app())
        .config(|config| config.environment = Environment::Production)
        .start()
        .await;
    for how in ["internal", "internal_message", "panic"] {
        let answer = production
            .anonymous()
            .get(&format!("/mischief?how={how}"))
            .await;
        is_enveloped(&answer, 500, "internal");
        assert_eq!(
            answer.error_message(),
            "Something went wrong on our side",
            "{how}"
        );
    }
    let test = TestApp::start(fixture::app()).await;
    for (how, cause) in [
        ("internal", "cellar"),
        ("internal_message", "attic"),
        ("panic", "kaboom"),
    ] {
        let answer = test.anonymous().get(&format!("/mischief?how={how}")).await;
        is_enveloped(&answer, 500, "internal");
        assert!(
            answer.error_message().contains(cause),
            "{}",
            answer.error_message()
        );
    }
}

#[tokio::test]
async fn a_bare_status_gets_the_envelope_and_keeps_what_matters() {
    let app = TestApp::start(fixture::app()).await;
    let answer = app.anonymous().get("/mischief?how=bare_status").await;
    is_enveloped(&answer, 429, "current_limit");
    assert_eq!(
        (answer.header("retry-after"), answer.header("x-lost")),
        ("7", "")
    );
    is_enveloped(
        &app.anonymous().get("/mischief?how=teapot").await,
        418,
        "param_error",
    );
    let answer = post_raw(&app, "/raw", Some("application/json"), "{").await;
    is_enveloped(&answer, 400, "param_error");
    is_enveloped(
        &post_raw(&app, "/raw", None, "{}").await,
        415,
        "unsupported_media_type",
    );
}

#[tokio::test]
async fn a_refusal_for_lack_of_a_session_names_the_scheme() {
    let app = TestApp::start(fixture::app()).await;
    for path in ["/client/me", "/admin/me"] {
        let answer = app.anonymous().get(path).await;
        is_enveloped(&answer, 401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}
