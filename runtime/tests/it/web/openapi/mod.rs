//! The document at `/openapi.json`: whole, valid, and true.

mod answers;
mod described;
mod valid;

use cloudapp_runtime::testing::TestApp;
use serde_json::{Map, Value};

use super::fixture;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

async fn document() -> (TestApp, Value) {
    let app = TestApp::start(fixture::app()).await;
    let answer = app.anonymous().get("/openapi.json").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    (app, answer.body)
}

fn object(value: &Value) -> &Map<String, Value> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("not an object: {value}"))
}

/// Path, method and operation of each operation.
fn operations(document: &Value) -> Vec<(String, &'static str, &Value)> {
    let mut all = Vec::new();
    for (path, item) in object(&document["paths"]) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                all.push((path.clone(), method, operation));
            }
        }
    }
    all
}

/// Calls `visit` for each object within a value.
fn walk(value: &Value, visit: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|inner| walk(inner, visit));
        }
        Value::Array(list) => list.iter().for_each(|inner| walk(inner, visit)),
        _ => {}
    }
}
