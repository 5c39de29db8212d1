//! Every route is there, and described as far as a reader needs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{document, object, operations};

/// Those of the framework and of the fixture.
const ROUTES: [&str; 57] = [
    "get /admin/guard/bans",
    "delete /admin/guard/bans/{id}",
    "get /admin/jobs",
    "get /admin/jobs/health",
    "get /admin/jobs/schedules",
    "post /admin/jobs/schedules/{name}/run",
    "get /admin/jobs/workers",
    "get /admin/jobs/{id}",
    "delete /admin/jobs/{id}",
    "post /admin/jobs/{id}/cancel",
    "post /admin/jobs/{id}/retry",
    "post /admin/login",
    "post /admin/logout",
    "get /admin/me",
    "get /admin/operation-logs",
    "get /admin/operation-logs/{id}",
    "get /admin/operators",
    "post /admin/operators",
    "post /admin/operators/invite",
    "get /admin/operators/{id}",
    "delete /admin/operators/{id}",
    "post /admin/operators/{id}/enable",
    "post /admin/operators/{id}/logout",
    "post /admin/operators/{id}/password",
    "post /admin/operators/{id}/reset-totp",
    "put /admin/operators/{id}/roles",
    "get /admin/operators/{id}/sessions",
    "post /admin/password",
    "get /admin/permissions",
    "get /admin/roles",
    "post /admin/roles",
    "get /admin/roles/{id}",
    "put /admin/roles/{id}",
    "delete /admin/roles/{id}",
    "get /admin/sessions",
    "post /admin/sessions/close-others",
    "delete /admin/sessions/{id}",
    "post /admin/tenant",
    "get /admin/things",
    "post /admin/totp",
    "post /admin/totp/confirm",
    "post /admin/totp/disable",
    "post /client/login",
    "post /client/logout",
    "get /client/me",
    "get /client/things",
    "post /client/things",
    "get /client/things/{id}",
    "post /deaf",
    "get /docs",
    "get /health/live",
    "get /health/ready",
    "get /metrics",
    "get /mischief",
    "get /openapi.json",
    "post /raw",
    "get /whence",
];

#[tokio::test]
async fn it_lists_every_route_of_framework_and_modules() {
    let (app, document) = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        document["info"],
        json!({"title": "fixture", "version": "1.2.3"})
    );
    let listed: Vec<String> = operations(&document)
        .iter()
        .map(|(path, method, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(listed, ROUTES);
    assert_eq!(app.routes().len(), listed.len());
}

/// What they are sent, or answer, is kept nowhere.
const SECRETS: [&str; 11] = [
    "/admin/login",
    "/admin/logout",
    "/admin/operators",
    "/admin/operators/{id}/password",
    "/admin/password",
    "/admin/tenant",
    "/admin/totp",
    "/admin/totp/confirm",
    "/admin/totp/disable",
    "/client/login",
    "/client/logout",
];

fn text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

#[tokio::test]
async fn every_operation_has_an_id_a_tag_and_a_summary() {
    let (_, document) = document().await;
    let tags = document["tags"].as_array().unwrap().iter();
    let tags: BTreeSet<&str> = tags.map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        let id = operation["operationId"].as_str().expect(&what);
        assert!(ids.insert(id.to_owned()), "{what}: {id} is taken");
        assert!(text(&operation["summary"]), "{what}");
        let own = operation["tags"].as_array().unwrap();
        assert_eq!(own.len(), 1, "{what}");
        if path.starts_with("/client/") || path.starts_with("/admin/") {
            assert!(tags.contains(own[0].as_str().unwrap()), "{what}: {own:?}");
        }
    }
    for id in [
        "client_thing_list",
        "client_thing_create",
        "admin_thing_list_all",
        "client_session_login",
    ] {
        assert!(ids.contains(id), "{id} is not among {ids:?}");
    }
}

#[tokio::test]
async fn every_operation_tells_how_it_may_fail() {
    let (_, document) = document().await;
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        let responses = object(&operation["responses"]);
        for (status, response) in responses {
            let described = text(&response["description"]) || text(&response["$ref"]);
            assert!(described, "{what}: {status}");
        }
        let has = |status: &str| responses.contains_key(status);
        assert!(has("200") || has("201"), "{what}");
        assert!(has("default"), "{what}");
        let security = operation["security"].as_array().into_iter().flatten();
        let secured = security.into_iter().any(|one| one != &json!({}));
        assert_eq!(has("401"), secured || path == "/admin/login", "{what}");
        let by_name = path == "/admin/operators/invite";
        assert_eq!(has("404"), path.contains('{') || by_name, "{what}");
        let audience = path.split('/').nth(1).unwrap();
        let has_secret = SECRETS.contains(&path.as_str());
        let takes_key = method == "post" && ["client", "admin"].contains(&audience) && !has_secret;
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let keys: Vec<&Value> = parameters
            .filter(|one| one["name"] == "Idempotency-Key")
            .collect();
        assert_eq!(keys.len(), usize::from(takes_key), "{what}");
        assert!(has("409") || !takes_key, "{what}");
        assert!(
            keys.iter()
                .all(|key| key["in"] == "header" && key["required"] == false)
        );
        let reads_body = operation.get("requestBody").is_some();
        assert_eq!((has("413"), has("415")), (reads_body, reads_body), "{what}");
        let open = ["/client/login", "/admin/login"].contains(&path.as_str());
        let for_people = path.starts_with("/client/") || path.starts_with("/admin/");
        let expected = (for_people && !open) || path == "/metrics";
        assert_eq!(secured, expected, "{what}");
    }
}
