//! What the log says of requests, and what it must not say.

use std::io;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use cloudapp_runtime::testing::TestApp;
use serde_json::{Value, json};

use super::fixture;

#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The fields of the lines that are about one request.
    fn of(&self, request_id: &str) -> Vec<Value> {
        let text = self.text();
        let lines = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let fields = lines.map(|line| line["fields"].clone());
        fields
            .filter(|fields| fields["request_id"] == request_id)
            .collect()
    }
}

/// From here on, this thread logs into the returned lines, everything there is.
pub(crate) fn record() -> (Lines, tracing::subscriber::DefaultGuard) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    (lines, tracing::subscriber::set_default(subscriber))
}

#[tokio::test]
async fn one_line_a_request_with_the_template_and_no_values() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let (lines, _guard) = record();
    let request = Request::get("/client/things?page_size=7").header("x-request-id", "r-1");
    alice.send(request.body(Body::empty()).unwrap()).await.ok();
    let access = lines.of("r-1");
    assert_eq!(access.len(), 1, "{access:?}");
    let fields = &access[0];
    assert_eq!(fields["method"], "GET");
    assert_eq!(fields["route"], "/client/things");
    assert_eq!(fields["status"], 200);
    assert!(fields["ms"].as_f64().is_some_and(|ms| ms < 10_000.0));
    assert!(!fields.to_string().contains("page_size"));

    let request = Request::get("/client/things/7?token=abc").header("x-request-id", "r-2");
    alice
        .send(request.body(Body::empty()).unwrap())
        .await
        .fails("not_found");
    let access = lines.of("r-2");
    let fields = access.last().unwrap();
    assert_eq!(fields["route"], "/client/things/{id}");
    assert_eq!(
        (&fields["status"], &fields["error_code"]),
        (&json!(404), &json!("not_found"))
    );
}

#[tokio::test]
async fn the_cause_of_an_internal_error_is_in_the_log_with_the_request_id() {
    let app = TestApp::start(fixture::app()).await;
    let (lines, _guard) = record();
    for (how, cause) in [
        ("internal", "the secret of the cellar"),
        ("panic", "kaboom 3"),
    ] {
        let path = format!("/mischief?how={how}&ms=3");
        let request = Request::get(path).header("x-request-id", how);
        app.anonymous()
            .send(request.body(Body::empty()).unwrap())
            .await
            .fails("internal");
        let log = lines.of(how);
        let error = log
            .iter()
            .find(|line| line["message"] == "request failed")
            .unwrap();
        assert!(error["error"].as_str().unwrap().contains(cause), "{error}");
        assert_eq!(log.last().unwrap()["status"], 500);
    }
}

#[tokio::test]
async fn secrets_stay_out_of_the_log() {
    let app = TestApp::start(fixture::app()).await;
    let (lines, _guard) = record();
    let alice = app.player("alice").await;
    alice.get("/client/me").await.ok();
    let operator = app.operator(&["*"]).await;
    operator.get("/admin/me").await.ok();
    let wrong = json!({"username": "anna", "password": "open sesame"});
    app.anonymous()
        .post("/admin/login", wrong)
        .await
        .fails("login_failed");
    let log = lines.text();
    assert!(
        log.contains("/client/login") && log.contains("admin log-in failed"),
        "{log}"
    );
    let tokens = [alice.token().unwrap(), operator.token().unwrap()];
    for secret in tokens
        .into_iter()
        .chain(["open sesame", "correct horse battery"])
    {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
