//! The shape of answers: keys and their order, request id, language, the original's nested
//! envelope.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use cloudapp_runtime::error::Language;
use cloudapp_runtime::testing::{Answer, TestApp};
use serde_json::json;
use tower::ServiceExt;

use super::fixture;

async fn get_with(app: &TestApp, path: &str, header: (&str, &str)) -> Answer {
    let request = Request::get(path)
        .header(header.0, header.1)
        .body(Body::empty())
        .unwrap();
    app.anonymous().send(request).await
}

async fn text(app: &TestApp, path: &str) -> String {
    let request = Request::get(path)
        .header("x-request-id", "r-1")
        .body(Body::empty())
        .unwrap();
    let response = app.router().oneshot(request).await.unwrap();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn the_keys_come_in_the_order_of_the_contract() {
    let app = TestApp::start(fixture::app()).await;
    assert_eq!(
        text(&app, "/mischief?how=sleep").await,
        r#"{"success":true,"error_code":"","error_message":"","data":"slept","request_id":"r-1"}"#
    );
    assert_eq!(
        text(&app, "/mischief?how=conflict").await,
        concat!(
            r#"{"success":false,"error_code":"conflict","error_message":"there is one already","#,
            r#""data":null,"request_id":"r-1"}"#
        )
    );
}

#[tokio::test]
async fn a_created_thing_is_answered_201_with_its_id_as_a_string() {
    let app = TestApp::start(fixture::app()).await;
    let answer = app
        .player("alice")
        .await
        .post("/client/things", json!({"title": "x"}))
        .await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.data()["title"], "x");
    assert!(answer.data()["id"].is_string());
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_any_other_replaced() {
    let app = TestApp::start(fixture::app()).await;
    let longest = "a".repeat(64);
    for sane in [
        "x",
        "0af7651916cd43dd8448eb211c80319c",
        "a/b:c\"d",
        &longest,
    ] {
        let answer = get_with(&app, "/whence", ("x-request-id", sane)).await;
        assert_eq!(answer.header("x-request-id"), sane);
        assert_eq!(answer.body["request_id"], sane);
    }
    let too_long = "a".repeat(65);
    for strange in ["", "two words", "tab\there", &too_long] {
        let answer = get_with(&app, "/whence", ("x-request-id", strange)).await;
        let id = answer.header("x-request-id");
        assert_eq!(id.len(), 24, "{strange:?} was answered with {id:?}");
        assert_eq!(answer.body["request_id"], id);
    }
    let first = app.anonymous().get("/whence").await;
    let second = app.anonymous().get("/whence").await;
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[tokio::test]
async fn messages_come_in_the_language_of_the_client() {
    const ENGLISH: &str = "Not found";
    const CHINESE: &str = "未找到";
    let english = TestApp::start(fixture::app()).await;
    let chinese = TestApp::setup(fixture::app())
        .config(|config| config.http.language = Language::Chinese)
        .start()
        .await;
    for (header, from_english, from_chinese) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE, CHINESE),
        ("en-GB", ENGLISH, ENGLISH),
        ("fr, zh;q=0.4, en;q=0.7", ENGLISH, ENGLISH),
        ("ZH-hant", CHINESE, CHINESE),
        ("zh;q=0, en;q=0.1", ENGLISH, ENGLISH),
        ("fr", ENGLISH, CHINESE),
        ("*", ENGLISH, CHINESE),
        ("", ENGLISH, CHINESE),
        (";;,,;q=,zh;q=nonsense", CHINESE, CHINESE),
        ("en;q=2, zh;q=0.1", ENGLISH, ENGLISH),
    ] {
        let accept = ("accept-language", header);
        assert_eq!(
            get_with(&english, "/no", accept).await.error_message(),
            from_english,
            "{header}"
        );
        assert_eq!(
            get_with(&chinese, "/no", accept).await.error_message(),
            from_chinese,
            "{header}"
        );
    }
    assert_eq!(
        english.anonymous().get("/no").await.error_message(),
        ENGLISH
    );
    assert_eq!(
        chinese.anonymous().get("/no").await.error_message(),
        CHINESE
    );
}

#[tokio::test]
async fn the_compat_envelope_is_nested_and_always_200() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.http.compat_envelope = true)
        .start()
        .await;
    assert_eq!(
        text(&app, "/mischief?how=sleep").await,
        concat!(
            r#"{"success":true,"data":{"success":true,"data":"slept","error_code":"","#,
            r#""error_message":"","log_id":"r-1"}}"#
        )
    );
    assert_eq!(
        text(&app, "/mischief?how=conflict").await,
        concat!(
            r#"{"success":true,"data":{"success":false,"data":null,"error_code":"conflict","#,
            r#""error_message":"there is one already","log_id":"r-1"}}"#
        )
    );
    let anonymous = app.anonymous();
    for (path, code) in [
        ("/no", "not_found"),
        ("/client/me", "unauthorized"),
        ("/mischief?how=panic", "internal"),
        ("/mischief?how=bare_status", "current_limit"),
    ] {
        let answer = anonymous.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.data()["error_code"], code, "{path}");
    }
    // Machines look at the status of these.
    let live = anonymous.get("/health/live").await;
    assert_eq!((live.status, &live.data()["status"]), (200, &json!("ok")));
}
