//! What the specification of OpenAPI 3.1 asks of a document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{document, object, operations, walk};

#[tokio::test]
async fn its_keys_and_names_are_legal() {
    let (_, document) = document().await;
    let keys: Vec<&String> = object(&document).keys().collect();
    assert_eq!(keys, ["components", "info", "openapi", "paths", "tags"]);
    for (kind, components) in object(&document["components"]) {
        for name in object(components).keys() {
            let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            assert!(name.chars().all(legal), "{kind}/{name}");
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let (_, document) = document().await;
    let mut references = BTreeSet::new();
    walk(&document, &mut |object| {
        if let Some(Value::String(reference)) = object.get("$ref") {
            references.insert(reference.clone());
        }
    });
    assert!(references.len() > 10, "{references:?}");
    for reference in references {
        let target = document.pointer(reference.strip_prefix('#').unwrap());
        assert!(target.is_some(), "{reference} leads nowhere");
    }
}

#[tokio::test]
async fn every_variable_of_a_path_is_a_parameter_and_none_twice() {
    let (_, document) = document().await;
    for (path, method, operation) in operations(&document) {
        let parts = path.split('/');
        let variables: BTreeSet<&str> = parts
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let mut declared = BTreeSet::new();
        let mut in_path = BTreeSet::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let place = parameter["in"].as_str().unwrap();
            let name = parameter["name"].as_str().unwrap();
            assert!(declared.insert((place, name)), "{method} {path}: {name}");
            assert!(parameter["schema"].is_object(), "{method} {path}: {name}");
            if place == "path" {
                assert_eq!(parameter["required"], true, "{method} {path}: {name}");
                in_path.insert(name);
            }
        }
        assert_eq!(in_path, variables, "{method} {path}");
    }
}

#[tokio::test]
async fn types_are_those_of_json_schema() {
    let (_, document) = document().await;
    const TYPES: [&str; 7] = [
        "null", "boolean", "object", "array", "number", "string", "integer",
    ];
    walk(&document["components"]["schemas"], &mut |object| {
        let named = match object.get("type") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            // A property that happens to be called `type`.
            _ => Vec::new(),
        };
        assert!(named.iter().all(|name| TYPES.contains(name)), "{named:?}");
    });
}
