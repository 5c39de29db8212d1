//! Every operation of an app's OpenAPI document, called over HTTP: by nobody, by the wrong one, and
//! by whom it is for.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::{Answer, Http};
use crate::openapi::{self, Operation};

/// The password of the operators that tests make.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Answers for other readers than clients: no envelope.
const NOT_IN_ENVELOPES: &[&str] = &["/docs", "/metrics", "/openapi.json"];

/// Who calls.
pub(crate) struct Callers {
    pub(crate) player: String,
    pub(crate) operator: String,
    /// For `/metrics`; empty when it asks for none.
    pub(crate) metrics: String,
}

/// A player's token, from the platform `dev`.
#[track_caller]
pub(crate) fn player(http: &Http, name: &str) -> String {
    let body = json!({ "app_id": "demo", "platform": "dev", "code": name });
    token(&http.post("/client/login", &body))
}

/// An operator's token.
#[track_caller]
pub(crate) fn operator(http: &Http, name: &str) -> String {
    let body = json!({ "username": name, "password": PASSWORD });
    token(&http.post("/admin/login", &body))
}

#[track_caller]
fn token(answer: &Answer) -> String {
    let data = answer.data();
    data["token"].as_str().unwrap().to_owned()
}

/// Calls every operation of the document; returns how many there are.
///
/// Whoever may call one must not get a 5xx, and where `succeeds` says so, must be served.
pub(crate) fn call_all(
    http: &Http,
    document: &Value,
    callers: &Callers,
    succeeds: impl Fn(&Operation) -> bool,
) -> usize {
    let mut operations = openapi::operations(document);
    // Rows are made first and removed late; whoever logs out calls nothing more.
    operations.sort_by_key(|operation| match operation.method.as_str() {
        _ if operation.path.ends_with("/logout") => 3,
        "POST" => 0,
        "DELETE" => 2,
        _ => 1,
    });
    let mut ids = BTreeMap::new();
    let mut removed = BTreeSet::new();
    for operation in &operations {
        let path = filled(&operation.path, &ids);
        // What operators have removed is not there for players, nor what no route makes.
        let is_gone = operation.method == "DELETE"
            && (!ids.contains_key(above(&operation.path))
                || !removed.insert(collection(&operation.path).to_owned()));
        refuses_strangers(http, operation, &path, callers);
        let answer = call(http, operation, &path, callers.of(operation));
        assert!(answer.status < 500, "{}: {}", answer.what, answer.text);
        assert!(
            answer.status < 300 || is_gone || !succeeds(operation),
            "{}: {}, sent: {:?}",
            answer.what,
            answer.text,
            operation.body,
        );
        let is_sheet = path.ends_with(".xlsx") && answer.status == 200;
        if is_sheet || NOT_IN_ENVELOPES.contains(&path.as_str()) {
            assert_eq!(answer.status, 200, "{}: {}", answer.what, answer.text);
            continue;
        }
        let envelope = answer.envelope();
        if operation.method == "POST"
            && let Some(id) = envelope["data"]["id"].as_str()
        {
            ids.insert(collection(&operation.path).to_owned(), id.to_owned());
        }
    }
    operations.len()
}

impl Callers {
    fn of(&self, operation: &Operation) -> &str {
        if operation.security.as_deref() == Some("metrics") {
            &self.metrics
        } else if operation.path.starts_with("/admin/") {
            &self.operator
        } else {
            &self.player
        }
    }
}

/// Without a token, with one that was never given out, and with one of the other kind: refused.
fn refuses_strangers(http: &Http, operation: &Operation, path: &str, callers: &Callers) {
    let wrong = match operation.security.as_deref() {
        None => return,
        Some("metrics") if callers.metrics.is_empty() => return,
        Some("metrics") => &callers.operator,
        Some("bearer") if operation.path.starts_with("/admin/") => &callers.player,
        Some("bearer") => &callers.operator,
        Some(other) => panic!("{path}: unknown scheme {other}"),
    };
    for token in ["", "no-such-token", wrong] {
        call(http, operation, path, token).fails(401, "unauthorized");
    }
}

fn call(http: &Http, operation: &Operation, path: &str, token: &str) -> Answer {
    let method: Method = operation.method.parse().unwrap();
    http.send(method, path, |mut request| {
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        match &operation.body {
            Some(body) => request.json(body),
            None => request,
        }
    })
}

/// The path with an id that exists, or else with one that does not.
fn filled(template: &str, ids: &BTreeMap<String, String>) -> String {
    let mut path = String::new();
    for segment in template.split('/').skip(1) {
        let value = if segment.starts_with('{') {
            ids.get(collection(&path)).map_or("1", String::as_str)
        } else {
            segment
        };
        path.push('/');
        path.push_str(value);
    }
    path
}

/// The collection that a path of one row is in: `/admin/notes/{id}` → `notes`.
fn above(path: &str) -> &str {
    let above = path.rsplit_once('/').map_or(path, |(above, _)| above);
    collection(above)
}

/// Players and operators see the same rows under their own paths: `/client/notes` → `notes`.
fn collection(path: &str) -> &str {
    path.trim_start_matches("/client/")
        .trim_start_matches("/admin/")
}
