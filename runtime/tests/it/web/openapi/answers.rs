//! Every route answers, and what it answers is what the document says.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use super::{document, object, operations};

#[tokio::test]
async fn the_answers_are_as_described() {
    let (app, document) = document().await;
    let alice = app.player("alice").await;
    let create = json!({"title": "x", "parts": [{"name": "y"}]});
    let created = alice.post("/client/things", create).await.body;
    conforms(
        &document,
        &created,
        &schema(&document, "/client/things", "post", "201"),
        "create",
    );
    let list = alice.get("/client/things").await.body;
    conforms(
        &document,
        &list,
        &schema(&document, "/client/things", "get", "200"),
        "list",
    );
    let me = alice.get("/client/me").await.body;
    conforms(
        &document,
        &me,
        &schema(&document, "/client/me", "get", "200"),
        "me",
    );
    let ready = alice.get("/health/ready").await.body;
    conforms(
        &document,
        &ready,
        &schema(&document, "/health/ready", "get", "200"),
        "ready",
    );
    let failure = app.anonymous().get("/client/me").await.body;
    conforms(
        &document,
        &failure,
        &schema(&document, "/client/me", "get", "401"),
        "failure",
    );
    let out = alice.post("/client/logout", json!({})).await.body;
    conforms(
        &document,
        &out,
        &schema(&document, "/client/logout", "post", "200"),
        "logout",
    );
}

fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => follow(document, document.pointer(&reference[1..]).unwrap()),
        None => value,
    }
}

fn schema(document: &Value, path: &str, method: &str, status: &str) -> Value {
    let response = follow(
        document,
        &document["paths"][path][method]["responses"][status],
    );
    response["content"]["application/json"]["schema"].clone()
}

/// A small part of JSON schema: types, required and known properties, items.
fn conforms(document: &Value, value: &Value, schema: &Value, at: &str) {
    let schema = follow(document, schema);
    if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
        let null = options
            .iter()
            .any(|one| follow(document, one)["type"] == "null");
        assert!(null || !value.is_null(), "{at} is null");
        return;
    }
    let of_type = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    let fits = match &schema["type"] {
        Value::String(name) => of_type(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(of_type),
        _ => true,
    };
    assert!(fits, "{at} is {value}, not {}", schema["type"]);
    if let (Value::Object(fields), Some(known)) = (value, schema["properties"].as_object()) {
        for (name, field) in fields {
            let property = known
                .get(name)
                .unwrap_or_else(|| panic!("{at}.{name} is not described"));
            conforms(document, field, property, &format!("{at}.{name}"));
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(
                fields.contains_key(name.as_str().unwrap()),
                "{at}.{name} is missing"
            );
        }
    }
    for item in value.as_array().into_iter().flatten() {
        conforms(document, item, &schema["items"], &format!("{at}[]"));
    }
}

#[tokio::test]
async fn every_route_answers() {
    let (app, document) = document().await;
    let (alice, operator) = (app.player("alice").await, app.operator(&["*"]).await);
    for (path, method, operation) in operations(&document) {
        let client = if path.starts_with("/admin/") {
            &operator
        } else {
            &alice
        };
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let uri = path.replace("{id}", "1");
        let body = operation
            .get("requestBody")
            .map_or_else(Body::empty, |_| Body::from("{}"));
        let request = Request::builder()
            .method(method.clone())
            .uri(&uri)
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        let answer = client.send(request).await;
        let expected = object(&operation["responses"]);
        assert!(answer.status < 500, "{method} {path}: {}", answer.body);
        assert!(
            expected.contains_key(&answer.status.to_string()),
            "{method} {path}: {}",
            answer.body
        );
    }
}
