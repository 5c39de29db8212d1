//! Health, metrics, and what is the same for every answer: headers and compression.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use cloudapp_runtime::config::Secret;
use cloudapp_runtime::testing::{Answer, TestApp};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tower::ServiceExt;

use super::{fixture, servers};

async fn metrics_with(app: &TestApp, authorization: Option<&str>) -> Answer {
    let mut request = Request::get("/metrics");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    app.anonymous()
        .send(request.body(Body::empty()).unwrap())
        .await
}

#[tokio::test]
async fn ready_when_the_database_answers_and_the_schema_is_current() {
    for (name, server) in servers() {
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .start()
            .await;
        let anonymous = app.anonymous();
        let ready = anonymous.get("/health/ready").await.ok();
        assert_eq!(ready["status"], "ok", "{name}");
        assert_eq!(
            ready["checks"],
            json!([
                {"name": "database", "ok": true, "message": ""},
                {"name": "schema", "ok": true, "message": ""},
            ]),
            "{name}"
        );

        let delete = "DELETE FROM cloudapp_migration_tb WHERE name = 'thing_0001_create'";
        app.context().db().execute_unprepared(delete).await.unwrap();
        let answer = anonymous.get("/health/ready").await;
        assert_eq!(answer.status, 503, "{name}");
        assert_eq!(answer.data()["status"], "unavailable");
        assert_eq!(
            answer.fails("not_ready"),
            "schema: migrations are to be applied",
            "{name}"
        );

        app.context().close().await;
        let answer = anonymous.get("/health/ready").await;
        assert_eq!(answer.status, 503, "{name}");
        assert_eq!(
            answer.fails("not_ready"),
            "database: does not answer",
            "{name}"
        );
        anonymous.get("/health/live").await.ok();
    }
}

#[tokio::test]
async fn requests_are_counted_by_route_template() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for id in [1, 2, 3] {
        alice
            .get(&format!("/client/things/{id}"))
            .await
            .fails("not_found");
    }
    alice.get("/mischief?how=panic").await.fails("internal");
    for path in ["/wp-login.php", "/.env"] {
        app.anonymous().get(path).await.fails("not_found");
    }
    let brew = Method::from_bytes(b"BREW").unwrap();
    app.anonymous()
        .request(brew, "/deaf", None)
        .await
        .fails("method_not_allowed");

    let answer = metrics_with(&app, None).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    let page = answer.body.as_str().unwrap();
    for line in [
        r#"http_requests_total{method="GET",route="/client/things/{id}",status="404"} 3"#,
        r#"http_requests_total{method="GET",route="/mischief",status="500"} 1"#,
        r#"http_requests_total{method="GET",route="(none)",status="404"} 2"#,
        r#"http_requests_total{method="OTHER",route="/deaf",status="405"} 1"#,
        r#"_seconds_count{method="POST",route="/client/login",status="200"} 1"#,
        r#"http_requests_in_flight 1"#,
        r#"db_pool_connections{group="default",state="open"}"#,
        r#"db_pool_connections{group="default",state="idle"}"#,
        r#"app_info{name="fixture",version="1.2.3"} 1"#,
    ] {
        assert!(page.contains(line), "{line} is missing in\n{page}");
    }
    assert!(page.ends_with("# EOF\n"));
    assert!(!page.contains("wp-login") && !page.contains("BREW"));
}

#[tokio::test]
async fn metrics_ask_for_their_token() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.metrics.token = Secret::new("metrics-token-of-16"))
        .start()
        .await;
    let operator = app.operator(&["*"]).await;
    operator.get("/metrics").await.fails("unauthorized");
    for wrong in [
        None,
        Some("Bearer "),
        Some("Bearer metrics-token-of-1"),
        Some("Basic metrics-token-of-16"),
    ] {
        metrics_with(&app, wrong).await.fails("unauthorized");
    }
    assert_eq!(
        metrics_with(&app, Some("Bearer metrics-token-of-16"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let app = TestApp::setup(fixture::app())
        .config(|config| {
            config.metrics.enabled = false;
            config.http.docs = false;
        })
        .start()
        .await;
    for path in ["/metrics", "/docs", "/openapi.json"] {
        app.anonymous().get(path).await.fails("not_found");
    }
}

#[tokio::test]
async fn a_request_that_is_given_up_is_no_longer_in_flight() {
    let app = Arc::new(TestApp::start(fixture::app()).await);
    let request = Request::get("/mischief?how=sleep&ms=30000")
        .body(Body::empty())
        .unwrap();
    let hanging = tokio::spawn(app.router().oneshot(request));
    let in_flight = async |count: u32| {
        let line = format!("http_requests_in_flight {count}\n");
        for _ in 0..200 {
            let page = metrics_with(&app, None).await;
            if page.body.as_str().unwrap().contains(&line) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("there are never {count} requests in flight");
    };
    in_flight(2).await;
    hanging.abort();
    in_flight(1).await;
    let page = metrics_with(&app, None).await;
    assert!(
        page.body
            .as_str()
            .unwrap()
            .contains(r#"route="/mischief",status="499"} 1"#)
    );
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect_browsers() {
    let app = TestApp::start(fixture::app()).await;
    for path in [
        "/health/live",
        "/no/such/route",
        "/mischief?how=panic",
        "/openapi.json",
        "/docs",
    ] {
        let answer = app.anonymous().get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
    }
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_can_read_it() {
    let app = TestApp::start(fixture::app()).await;
    let get = async |path: &str, encoding: &str| {
        let request = Request::get(path).header("accept-encoding", encoding);
        app.router()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap()
    };
    let packed = get("/mischief?how=big", "gzip").await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let bytes = to_bytes(packed.into_body(), usize::MAX).await.unwrap();
    assert!(bytes.starts_with(&[0x1f, 0x8b]) && bytes.len() < 1_000);
    for (path, encoding) in [("/mischief?how=big", "br"), ("/health/live", "gzip")] {
        assert!(
            !get(path, encoding)
                .await
                .headers()
                .contains_key("content-encoding")
        );
    }
}
