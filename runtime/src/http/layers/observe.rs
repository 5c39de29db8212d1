//! Request id, access log, metrics: what we know of a request before and after it is handled.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::HttpConfig;
use crate::http::client_ip::ClientIp;
use crate::http::envelope::Outcome;
use crate::http::language;
use crate::http::metrics::{InFlight, Metrics};
use crate::http::scope::{Facts, Scope};
use crate::random;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest request id that is taken over from the client.
const REQUEST_ID_MAX_CHARS: usize = 64;

/// Stands in the log and the metrics for every path that no route fits, so that a scan of random
/// paths does not fill the metrics.
const NO_ROUTE: &str = "(none)";

/// Logged when the client went away before the answer; as nginx has it.
const CLIENT_CLOSED: StatusCode = match StatusCode::from_u16(499) {
    Ok(status) => status,
    Err(_) => StatusCode::BAD_REQUEST,
};

#[derive(Clone)]
pub(super) struct Observer {
    pub(super) metrics: Metrics,
    pub(super) http: Arc<HttpConfig>,
    pub(super) reveal: bool,
}

pub(super) async fn observe(
    State(observer): State<Observer>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let trusted = &observer.http.trusted_proxies;
    let client = ClientIp::of(request.extensions(), headers, trusted);
    let facts = Facts {
        version: request.version(),
        method: method_name(request.method()),
        uri: request.uri().clone(),
        route: request.extensions().get::<MatchedPath>().cloned(),
        host: headers.get(header::HOST).cloned(),
        ip: client.0,
    };
    let scope = Scope {
        request_id: take_request_id(headers).into(),
        language: language::negotiate(headers, observer.http.language),
        compat: observer.http.compat_envelope,
        reveal: observer.reveal,
        facts: Arc::new(facts),
    };
    let mut record = Record {
        method: scope.facts.method,
        route: scope.facts.route.clone(),
        client,
        started: Instant::now(),
        request_id: Arc::clone(&scope.request_id),
        outcome: Outcome {
            status: CLIENT_CLOSED,
            error_code: "",
        },
        _in_flight: observer.metrics.enter(),
        metrics: observer.metrics,
    };
    let mut response = scope.run(next.run(request)).await;
    let wire = Outcome {
        status: response.status(),
        error_code: "",
    };
    record.outcome = response
        .extensions()
        .get::<Outcome>()
        .copied()
        .unwrap_or(wire);
    if let Ok(id) = HeaderValue::from_str(&record.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The client's own id if it is sane, or else a new one.
fn take_request_id(headers: &HeaderMap) -> String {
    let sent = headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let sane = |id: &&str| {
        (1..=REQUEST_ID_MAX_CHARS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
    };
    // Without randomness the request is still worth an answer; it then has no name in the log.
    sent.filter(sane)
        .map_or_else(|| random::hex::<12>().unwrap_or_default(), str::to_owned)
}

/// The method, with those made up by the client as one, for the sake of the metrics.
fn method_name(method: &Method) -> &'static str {
    const KNOWN: [(Method, &str); 7] = [
        (Method::GET, "GET"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::DELETE, "DELETE"),
        (Method::PATCH, "PATCH"),
        (Method::HEAD, "HEAD"),
        (Method::OPTIONS, "OPTIONS"),
    ];
    KNOWN
        .iter()
        .find(|(known, _)| known == method)
        .map_or("OTHER", |(_, name)| name)
}

/// Written to the log and the metrics when dropped: that is also when the client goes away and the
/// server gives up the request.
struct Record {
    method: &'static str,
    route: Option<MatchedPath>,
    client: ClientIp,
    started: Instant,
    request_id: Arc<str>,
    outcome: Outcome,
    metrics: Metrics,
    _in_flight: InFlight,
}

impl Drop for Record {
    fn drop(&mut self) {
        let route = self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        let elapsed = self.started.elapsed();
        let status = self.outcome.status.as_u16();
        self.metrics.record(self.method, route, status, elapsed);
        macro_rules! access {
            ($level:ident) => {
                tracing::$level!(
                    target: "cloudapp::access",
                    request_id = %self.request_id,
                    method = self.method,
                    route,
                    status,
                    error_code = self.outcome.error_code,
                    ms = (elapsed.as_secs_f64() * 10_000.0).round() / 10.0,
                    client = self.client.0.map(tracing::field::display),
                    "request"
                )
            };
        }
        // Probes come every few seconds and say nothing while all is well.
        let is_probe = route.starts_with("/health/") || route == "/metrics";
        if is_probe && status < 400 {
            access!(debug)
        } else {
            access!(info)
        }
    }
}
