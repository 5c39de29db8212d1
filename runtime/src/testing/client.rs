//! Sends requests to an application in the same process.
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

/// Somebody who sends requests, logged in or not.
#[derive(Clone, Debug)]
pub struct Client {
    router: axum::Router,
    token: Option<String>,
}

impl Client {
    pub(super) fn new(router: axum::Router, token: Option<String>) -> Self {
        Self { router, token }
    }

    /// The session's token; `None` for somebody who is not logged in.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Sends a GET request. The path may have a query string.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, None).await
    }

    /// Sends a POST request with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path, Some(body)).await
    }

    /// Sends a PUT request with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PUT, path, Some(body)).await
    }

    /// Sends a PATCH request with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PATCH, path, Some(body)).await
    }

    /// Sends a DELETE request.
    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path, None).await
    }

    /// POST with an idempotency key.
    pub async fn post_with_key(&self, path: &str, body: Value, key: &str) -> Answer {
        let mut request = request(Method::POST, path, Some(body));
        match key.parse() {
            Ok(value) => request.headers_mut().insert("idempotency-key", value),
            Err(error) => panic!("`{key}` is no value of a header: {error}"),
        };
        self.send(request).await
    }

    /// Sends a request, with a JSON body if there is one.
    pub async fn request(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.send(request(method, path, body)).await
    }

    /// Sends any request; the token is added unless it has an `authorization` of its own.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(token) = &self.token
            && let Ok(value) = format!("Bearer {token}").parse()
        {
            request
                .headers_mut()
                .entry(header::AUTHORIZATION)
                .or_insert(value);
        }
        let what = format!("{} {}", request.method(), request.uri());
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let bytes = match to_bytes(body, usize::MAX).await {
            Ok(bytes) => bytes,
            Err(error) => panic!("the answer to {what} breaks off: {error}"),
        };
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
        Answer {
            what,
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }
}

/// A request, with a JSON body if there is one.
fn request(method: Method, path: &str, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    match request.body(body) {
        Ok(request) => request,
        Err(error) => panic!("`{path}` is no path that could be requested: {error}"),
    }
}

/// The answer to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    what: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body: JSON, or a string where it is something else.
    pub body: Value,
}

impl Answer {
    /// What the envelope holds; null on failure.
    #[must_use]
    pub fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// The code of a failure; empty on success.
    #[must_use]
    pub fn error_code(&self) -> &str {
        self.body["error_code"].as_str().unwrap_or_default()
    }

    /// The message of a failure; empty on success.
    #[must_use]
    pub fn error_message(&self) -> &str {
        self.body["error_message"].as_str().unwrap_or_default()
    }

    /// A header's value; empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Asserts success and returns what the envelope holds.
    #[track_caller]
    pub fn ok(self) -> Value {
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        if !status.is_success() || self.body["success"] != true {
            panic!("{} failed with {}: {}", self.what, self.status, self.body);
        }
        let mut body = self.body;
        body["data"].take()
    }

    /// Asserts a failure with this code and returns its message.
    #[track_caller]
    pub fn fails(self, error_code: &str) -> String {
        if self.body["success"] != false || self.error_code() != error_code {
            let (what, status, body) = (&self.what, self.status, &self.body);
            panic!("{what} should fail with `{error_code}`, but: {status} {body}");
        }
        self.error_message().to_owned()
    }
}
