//! Operators, their roles, tenants and sessions: what may be done with them, and by whom.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use cloudapp_runtime::app::App;
use cloudapp_runtime::testing::{Answer, Client, TestApp};
use serde_json::{Value, json};

use super::{fixture, servers};

const OPERATORS: &str = "/admin/operators";
const ROLES: &str = "/admin/roles";
const PASSWORD: &str = "correct horse battery";

async fn log_in(app: &TestApp, username: &str, password: &str) -> Answer {
    let body = json!({ "username": username, "password": password });
    app.anonymous().post("/admin/login", body).await
}

async fn client(app: &TestApp, username: &str, password: &str) -> Client {
    let session = log_in(app, username, password).await.ok();
    app.client(session["token"].as_str().unwrap())
}

async fn role(chief: &Client, name: &str, permissions: &[&str]) -> String {
    let body = json!({ "role_name": name, "permissions": permissions });
    id(&chief.post(ROLES, body).await.ok())
}

async fn operator(chief: &Client, name: &str, roles: &[&str]) -> String {
    let body = json!({ "username": name, "password": PASSWORD, "role_ids": roles });
    id(&chief.post(OPERATORS, body).await.ok())
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

fn names<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item[field].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn roles_give_and_take_permissions_at_once() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let chief = app.operator(&["*"]).await;
        let readers = role(&chief, "Readers", &["thing.read"]).await;
        let anna = operator(&chief, "anna", &[&readers]).await;
        let client = client(&app, "anna", PASSWORD).await;
        client.get("/admin/things").await.ok();
        client.get(OPERATORS).await.fails("no_power");
        assert_eq!(
            client.get("/admin/me").await.ok()["permissions"],
            json!(["thing.read"]),
            "{name}"
        );

        let path = format!("{ROLES}/{readers}");
        let other = json!({ "role_name": "Clerks", "permissions": ["admin.read"] });
        let changed = chief.put(&path, other).await.ok();
        assert_eq!(changed["role_name"], "Clerks");
        client.get("/admin/things").await.fails("no_power");
        assert_eq!(
            names(&client.get(ROLES).await.ok(), "role_name"),
            ["Clerks"]
        );

        let path_of_anna = format!("{OPERATORS}/{anna}/roles");
        let none = chief
            .put(&path_of_anna, json!({ "role_ids": [] }))
            .await
            .ok();
        assert_eq!(none["roles"], json!([]));
        client.get(ROLES).await.fails("no_power");
        chief
            .put(&path_of_anna, json!({ "role_ids": [readers] }))
            .await
            .ok();
        client.get(ROLES).await.ok();
        chief.delete(&path).await.ok();
        client.get(ROLES).await.fails("no_power");
        chief.get(&path).await.fails("not_found");
    }
}

#[tokio::test]
async fn nobody_gives_what_he_does_not_have() {
    let app = TestApp::start(fixture::app()).await;
    let chief = app.operator(&["*"]).await;
    let clerk = app.operator(&["admin.*"]).await;
    let strong = role(&chief, "Strong", &["*"]).await;
    let weak = role(&clerk, "Weak", &["admin.read"]).await;
    let more = json!({ "role_name": "More", "permissions": ["thing.read"] });
    clerk.post(ROLES, more.clone()).await.fails("no_power");
    clerk
        .put(&format!("{ROLES}/{weak}"), more.clone())
        .await
        .fails("no_power");
    let body = json!({ "role_name": "Strong", "permissions": [] });
    clerk
        .put(&format!("{ROLES}/{strong}"), body)
        .await
        .fails("no_power");
    clerk
        .delete(&format!("{ROLES}/{strong}"))
        .await
        .fails("no_power");
    let with = |field: &str, value: Value| {
        let mut body = json!({ "username": "eve", "password": PASSWORD });
        body[field] = value;
        body
    };
    let refused = [
        with("role_ids", json!([strong])),
        with("permissions", json!(["*"])),
    ];
    for body in refused {
        clerk.post(OPERATORS, body).await.fails("no_power");
    }
    // Nor does he touch who may do more.
    let boss = operator(&chief, "boss", &[&strong]).await;
    let own = operator(&clerk, "own", &[&weak]).await;
    let password = json!({ "password": "another password" });
    for (path, body) in [
        ("password", password.clone()),
        ("reset-totp", json!({})),
        ("logout", json!({})),
        ("enable", json!({ "is_enabled": false })),
    ] {
        let path = |id: &str| format!("{OPERATORS}/{id}/{path}");
        clerk
            .post(&path(&boss), body.clone())
            .await
            .fails("no_power");
        clerk.post(&path(&own), body).await.ok();
    }
    let roles = json!({ "role_ids": [] });
    clerk
        .put(&format!("{OPERATORS}/{boss}/roles"), roles)
        .await
        .fails("no_power");
    let unknown = json!({ "role_name": "Typo", "permissions": ["thing.raed"] });
    let message = chief.post(ROLES, unknown).await.fails("param_error");
    assert!(message.contains("thing.raed"), "{message}");
}

#[tokio::test]
async fn an_operator_sees_the_tenants_given_to_him_one_at_a_time() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let chief = app.operator(&["*"]).await;
        let other = app.operator_of("other", &["*"]).await;
        operator(&chief, "anna", &[]).await;
        let own = role(&chief, "Own", &["admin.read"]).await;
        let theirs = role(&other, "Theirs", &["admin.read", "thing.read"]).await;

        let anna = client(&app, "anna", PASSWORD).await;
        let go = json!({ "app_id": "other" });
        anna.post("/admin/tenant", go.clone())
            .await
            .fails("no_power");
        let foreign = json!({ "username": "anna", "role_ids": [own] });
        other
            .post("/admin/operators/invite", foreign)
            .await
            .fails("param_error");
        let invitation = json!({ "username": "anna", "role_ids": [theirs] });
        let guest = other
            .post("/admin/operators/invite", invitation.clone())
            .await
            .ok();
        other
            .post("/admin/operators/invite", invitation)
            .await
            .fails("conflict");
        let me = anna.get("/admin/me").await.ok();
        assert_eq!(me["tenants"], json!(["demo", "other"]), "{name}");
        anna.get("/admin/things").await.fails("no_power");

        let session = anna.post("/admin/tenant", go.clone()).await.ok();
        anna.get("/admin/me").await.fails("unauthorized");
        let anna = app.client(session["token"].as_str().unwrap());
        assert_eq!(
            anna.get("/admin/me").await.ok()["app_id"],
            "other",
            "{name}"
        );
        anna.get("/admin/things").await.ok();
        assert_eq!(names(&anna.get(ROLES).await.ok(), "role_name"), ["Theirs"]);
        let id = id(&guest);
        her_account_stays_with_her_tenant(&chief, &other, &id).await;
        other.delete(&format!("{OPERATORS}/{id}")).await.ok();
        anna.get("/admin/me").await.fails("unauthorized");
        other
            .get(&format!("{OPERATORS}/{id}"))
            .await
            .fails("not_found");
        let anna = client(&app, "anna", PASSWORD).await;
        anna.post("/admin/tenant", go).await.fails("no_power");
        let off = json!({ "is_enabled": false });
        let path = format!("{OPERATORS}/{id}/enable");
        chief.post(&path, off).await.ok();
        anna.get("/admin/me").await.fails("unauthorized");
        log_in(&app, "anna", PASSWORD).await.fails("login_failed");
    }
}

async fn her_account_stays_with_her_tenant(chief: &Client, other: &Client, id: &str) {
    let path = |what: &str| format!("{OPERATORS}/{id}/{what}");
    let password = json!({ "password": "another password" });
    other
        .post(&path("password"), password)
        .await
        .fails("no_power");
    let off = json!({ "is_enabled": false });
    other.post(&path("enable"), off).await.fails("no_power");
    chief
        .delete(&format!("{OPERATORS}/{id}"))
        .await
        .fails("conflict");
}

#[tokio::test]
async fn another_tenants_operators_and_roles_are_not_found() {
    let app = TestApp::start(fixture::app()).await;
    let (chief, other) = (
        app.operator(&["*"]).await,
        app.operator_of("other", &["*"]).await,
    );
    let role = role(&chief, "Readers", &["thing.read"]).await;
    let anna = operator(&chief, "anna", &[]).await;
    for path in [
        format!("{ROLES}/{role}"),
        format!("{OPERATORS}/{anna}"),
        format!("{OPERATORS}/{anna}/sessions"),
    ] {
        other.get(&path).await.fails("not_found");
        chief.get(&path).await.ok();
    }
    let body = json!({ "role_ids": [role] });
    other
        .put(&format!("{OPERATORS}/{anna}/roles"), body)
        .await
        .fails("not_found");
    assert!(names(&other.get(ROLES).await.ok(), "role_name").is_empty());
    assert_eq!(names(&other.get(OPERATORS).await.ok(), "username").len(), 1);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let chief = app.operator(&["*"]).await;
        let anna = operator(&chief, "anna", &[]).await;
        let (here, there) = (
            client(&app, "anna", PASSWORD).await,
            client(&app, "anna", PASSWORD).await,
        );
        let change = |old: &str, new: &str| json!({ "old_password": old, "new_password": new });
        let path = "/admin/password";
        here.post(path, change("wrong", "another password"))
            .await
            .fails("login_failed");
        here.post(path, change(PASSWORD, "short"))
            .await
            .fails("param_error");
        here.post(path, change(PASSWORD, "another password"))
            .await
            .ok();
        here.get("/admin/me").await.ok();
        there.get("/admin/me").await.fails("unauthorized");
        log_in(&app, "anna", PASSWORD).await.fails("login_failed");
        log_in(&app, "anna", "another password").await.ok();

        let reset = json!({ "password": "a third password" });
        chief
            .post(&format!("{OPERATORS}/{anna}/password"), reset)
            .await
            .ok();
        here.get("/admin/me").await.fails("unauthorized");
        log_in(&app, "anna", "a third password").await.ok();
        assert_eq!(chief.get("/admin/me").await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn sessions_are_seen_and_ended() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let chief = app.operator(&["*"]).await;
        let anna = operator(&chief, "anna", &[]).await;
        let (first, second) = (
            client(&app, "anna", PASSWORD).await,
            client(&app, "anna", PASSWORD).await,
        );
        let list = |sessions: Value| -> Vec<String> {
            sessions.as_array().unwrap().iter().map(id).collect()
        };
        let own = list(first.get("/admin/sessions").await.ok());
        assert_eq!(own.len(), 2, "{name}");
        let text = first.get("/admin/sessions").await.body.to_string();
        assert!(!text.contains(first.token().unwrap()), "a list of tokens");
        let seen = list(
            chief
                .get(&format!("{OPERATORS}/{anna}/sessions"))
                .await
                .ok(),
        );
        assert_eq!(seen, own, "{name}");

        chief
            .delete(&format!("/admin/sessions/{}", own[0]))
            .await
            .fails("not_found");
        for session in &own {
            // One of the two is that of the request itself.
            let path = format!("/admin/sessions/{session}");
            if first.delete(&path).await.status == 401 {
                second.delete(&path).await.ok();
            }
        }
        first.get("/admin/me").await.fails("unauthorized");
        second.get("/admin/me").await.fails("unauthorized");

        let third = client(&app, "anna", PASSWORD).await;
        let fourth = client(&app, "anna", PASSWORD).await;
        let closed = third
            .post("/admin/sessions/close-others", json!({}))
            .await
            .ok();
        assert_eq!(closed["closed"], 1);
        fourth.get("/admin/me").await.fails("unauthorized");
        let closed = chief
            .post(&format!("{OPERATORS}/{anna}/logout"), json!({}))
            .await
            .ok();
        assert_eq!(closed["closed"], 1, "{name}");
        third.get("/admin/me").await.fails("unauthorized");
    }
}

#[tokio::test]
async fn one_address_may_not_try_for_ever() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.auth.login_per_minute = 5)
        .start()
        .await;
    app.operator(&["*"]).await;
    let from = async |address: &str, name: &str| {
        let body = json!({ "username": name, "password": "wrong" }).to_string();
        let request = Request::post("/admin/login").header("content-type", "application/json");
        let mut request = request.body(Body::from(body)).unwrap();
        let peer: SocketAddr = address.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        app.anonymous().send(request).await
    };
    for guess in 0..5 {
        let answer = from("192.0.2.1:1000", &format!("guess-{guess}")).await;
        answer.fails("login_failed");
    }
    let refused = from("192.0.2.1:1001", "guess").await;
    assert_eq!(refused.status, 429);
    assert!(!refused.header("retry-after").is_empty());
    // From elsewhere it goes on; of IPv6 a network is one address.
    from("192.0.2.2:1000", "guess").await.fails("login_failed");
    for host in 0..5 {
        let address = format!("[2001:db8::{host:x}]:1000");
        from(&address, "guess").await.fails("login_failed");
    }
    from("[2001:db8::99]:1000", "guess")
        .await
        .fails("current_limit");
}

#[tokio::test]
async fn permissions_are_listed_by_module() {
    let app = TestApp::start(fixture::app()).await;
    let chief = app.operator(&["admin.read"]).await;
    let groups = chief.get("/admin/permissions").await.ok();
    let groups = groups.as_array().unwrap();
    let of = |name: &str| groups.iter().find(|group| group["name"] == name).unwrap();
    assert_eq!(of("thing")["title"], "Things");
    assert_eq!(of("thing")["permissions"], json!(["thing.read"]));
    assert_eq!(
        of("admin")["permissions"],
        json!(["admin.read", "admin.write"])
    );
}

#[tokio::test]
async fn the_frameworks_routes_refuse_those_they_are_not_for() {
    let app = TestApp::start(App::new("bare", "1.0.0")).await;
    app.refusals().without_token().await;
    app.refusals().without_permission().await;
    app.refusals().ids_of_others().await;
    app.refusals().unknown_fields().await;
}
