//! Operations of an OpenAPI document, with input that each of them should take.
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

use axum::http::Method;
use serde_json::{Map, Value, json};

/// How deep samples go: a type may hold itself.
const DEPTH_MAX: usize = 8;

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    /// The template, e.g. `/client/notes/{id}`.
    pub(super) path: String,
    /// Whether it asks for the token of a session.
    pub(super) is_secured: bool,
    /// Whether it has parameters in the query string.
    pub(super) has_query: bool,
    /// Those that must be there.
    pub(super) query: String,
    /// A body for it, made from its schema.
    pub(super) body: Option<Value>,
}

impl Operation {
    /// How people name it: `GET /client/notes/{id}`.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) fn is_admin(&self) -> bool {
        self.path.starts_with("/admin/")
    }

    pub(super) fn has_variables(&self) -> bool {
        self.path.contains('{')
    }

    /// What its rows are called, without the audience: `/client/notes/{id}` → `notes`.
    pub(super) fn collection(&self) -> &str {
        let path = self.path.trim_start_matches("/client/");
        let path = path.trim_start_matches("/admin/");
        path.split("/{").next().unwrap_or(path)
    }

    /// Its address for a row.
    pub(super) fn address(&self, id: &str) -> String {
        let segments = self.path.split('/').map(|segment| {
            let is_variable = segment.starts_with('{');
            if is_variable { id } else { segment }
        });
        let path = segments.collect::<Vec<_>>().join("/");
        format!("{path}{}", self.query)
    }
}

/// The operations under `/client` and `/admin`, by path.
pub(super) fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, item) in paths.filter(|(path, _)| is_ours(path)) {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Ok(method) = method.to_uppercase().parse() else {
                continue;
            };
            let schemes = operation["security"].as_array();
            let is_bearer = |one: &Value| one.get("bearer").is_some();
            found.push(Operation {
                method,
                path: path.clone(),
                is_secured: schemes.is_some_and(|all| all.iter().any(is_bearer)),
                has_query: query_parameters(operation).next().is_some(),
                query: query(document, operation),
                body: body(document, operation),
            });
        }
    }
    found
}

fn is_ours(path: &str) -> bool {
    path.starts_with("/client/") || path.starts_with("/admin/")
}

fn query_parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|parameter| parameter["in"] == "query")
}

fn query(document: &Value, operation: &Value) -> String {
    let required = query_parameters(operation).filter(|one| one["required"] == true);
    let pairs = required.map(|one| {
        let value = match one.get("example") {
            Some(example) => example.clone(),
            None => sample(document, &one["schema"], 0),
        };
        let value = value.as_str().map_or(value.to_string(), str::to_owned);
        format!("{}={value}", one["name"].as_str().unwrap_or_default())
    });
    let pairs: Vec<String> = pairs.collect();
    match pairs.is_empty() {
        true => String::new(),
        false => format!("?{}", pairs.join("&")),
    }
}

fn body(document: &Value, operation: &Value) -> Option<Value> {
    let content = &operation["requestBody"]["content"]["application/json"];
    let schema = content.get("schema")?;
    let example = content.get("example");
    Some(example.map_or_else(|| sample(document, schema, 0), Value::clone))
}

/// A value that a schema allows.
fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(name) = schema["$ref"].as_str() {
        let found = document.pointer(name.trim_start_matches('#'));
        let found = found.unwrap_or_else(|| panic!("the OpenAPI document has no {name}"));
        return sample(document, found, depth + 1);
    }
    for key in ["oneOf", "anyOf"] {
        let choices = schema[key].as_array().into_iter().flatten();
        if let Some(choice) = choices.into_iter().find(|one| one["type"] != "null") {
            return sample(document, choice, depth + 1);
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let objects = parts.iter().map(|part| sample(document, part, depth + 1));
        let objects = objects.filter_map(|part| part.as_object().cloned());
        return Value::Object(objects.flatten().collect());
    }
    match type_of(schema) {
        "string" => json!(sample_string(schema)),
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
        "boolean" => json!(true),
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let items = (0..least).map(|_| sample(document, &schema["items"], depth + 1));
            items.collect()
        }
        "null" => Value::Null,
        _ => sample_object(document, schema, depth),
    }
}

/// Of several types the first that is not null.
fn type_of(schema: &Value) -> &str {
    let all = schema["type"].as_array().into_iter().flatten();
    let mut names = all.chain([&schema["type"]]).filter_map(Value::as_str);
    names.find(|name| *name != "null").unwrap_or_default()
}

fn sample_string(schema: &Value) -> String {
    let least = usize::try_from(schema["minLength"].as_u64().unwrap_or(1)).unwrap_or(1);
    // Ids, 64-bit integers and decimals have patterns of digits.
    let pattern = schema["pattern"].as_str();
    let text = match schema["format"].as_str().unwrap_or_default() {
        "date" => "2026-01-02",
        "date-time" => "2026-01-02T03:04:05Z",
        "uuid" => "018f0000-0000-7000-8000-000000000001",
        // A column may have no digit before the point.
        _ if pattern.is_some_and(|one| one.contains('.')) => "0",
        _ if pattern.is_some() => "1",
        _ => return "x".repeat(least.max(1)),
    };
    text.to_owned()
}

fn sample_object(document: &Value, schema: &Value, depth: usize) -> Value {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let values = properties.map(|(name, property)| {
        let value = sample(document, property, depth + 1);
        (name.clone(), value)
    });
    Value::Object(values.collect::<Map<_, _>>())
}
