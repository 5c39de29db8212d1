//! The OpenAPI document: its operations, and a body that each one should take.

use serde_json::{Map, Value, json};

/// One operation of the document.
pub(crate) struct Operation {
    /// In capitals.
    pub(crate) method: String,
    /// The template, e.g. `/client/notes/{id}`.
    pub(crate) path: String,
    /// The security scheme that it asks for.
    pub(crate) security: Option<String>,
    /// A body for it, made from its schema.
    pub(crate) body: Option<Value>,
}

/// All operations, sorted by path.
pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                security: security(operation),
                body: body(document, operation),
            });
        }
    }
    found
}

fn security(operation: &Value) -> Option<String> {
    let schemes = operation["security"].as_array()?.first()?.as_object()?;
    schemes.keys().next().cloned()
}

fn body(document: &Value, operation: &Value) -> Option<Value> {
    let content = operation.get("requestBody")?["content"].as_object()?;
    assert!(content.contains_key("application/json"), "{operation}");
    Some(sample(document, &content["application/json"]["schema"]))
}

/// A value that a schema allows.
pub(crate) fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let found = document.pointer(name.trim_start_matches('#'));
        return sample(document, found.unwrap_or_else(|| panic!("no {name}")));
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[key].as_array() {
            let choice = choices.iter().find(|choice| choice["type"] != "null");
            return sample(document, choice.unwrap());
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    match type_of(schema) {
        "string" => json!(sample_string(schema)),
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
        "boolean" => json!(true),
        "array" => json!([]),
        "null" => Value::Null,
        _ => sample_object(document, schema),
    }
}

/// Of several types the first that is not null.
fn type_of(schema: &Value) -> &str {
    let all = schema["type"].as_array().map_or_else(
        || vec![&schema["type"]],
        |all| all.iter().collect::<Vec<_>>(),
    );
    let mut names = all.into_iter().filter_map(Value::as_str);
    names.find(|name| *name != "null").unwrap_or_default()
}

fn sample_string(schema: &Value) -> &str {
    match schema["format"].as_str().unwrap_or_default() {
        "date" => "2026-01-02",
        "date-time" => "2026-01-02T03:04:05Z",
        "uuid" => "018f0000-0000-7000-8000-000000000001",
        // Ids, 64-bit integers and decimals have patterns of digits; 0 is in the range of each.
        _ if schema["pattern"].is_string() => "0",
        _ => "x",
    }
}

fn sample_object(document: &Value, schema: &Value) -> Value {
    let mut object = Map::new();
    let properties = schema["properties"].as_object();
    for (name, property) in properties.into_iter().flatten() {
        object.insert(name.clone(), sample(document, property));
    }
    Value::Object(object)
}
