//! Every route of an application, called by those it is not for: [`TestApp::refusals`].
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use serde_json::{Value, json};

use super::sample::{Operation, operations};
use super::{APP_ID, Answer, Client, TestApp};

/// The tenant of those who have nothing to do with the others'.
const OTHER_TENANT: &str = "another-tenant";

/// The operator's own account: every operator may call these.
const OWN_ACCOUNT: [&str; 10] = [
    "GET /admin/me",
    "GET /admin/sessions",
    "DELETE /admin/sessions/{id}",
    "POST /admin/sessions/close-others",
    "POST /admin/logout",
    "POST /admin/password",
    "POST /admin/tenant",
    "POST /admin/totp",
    "POST /admin/totp/confirm",
    "POST /admin/totp/disable",
];

/// For who is not logged in yet.
const LOG_IN: [&str; 2] = ["POST /admin/login", "POST /client/login"];

/// Calls every route of the OpenAPI document as those it is not for. Each check names all routes
/// that fail it.
///
/// Bodies and parameters are made from the schemas: from `example`, `minimum`, `min_length` and so
/// on. Where that makes none that the route takes, [`Refusals::body`] gives one.
pub struct Refusals<'a> {
    app: &'a TestApp,
    operations: Vec<Operation>,
    every_operator: BTreeSet<String>,
    everybody: BTreeSet<String>,
}

impl TestApp {
    /// Checks of what routes refuse.
    #[must_use]
    pub fn refusals(&self) -> Refusals<'_> {
        let document = serde_json::to_value(self.app.openapi());
        let document = document
            .unwrap_or_else(|error| panic!("the OpenAPI document cannot be written: {error}"));
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Refusals {
            app: self,
            operations: operations(&document),
            every_operator: owned(&OWN_ACCOUNT),
            everybody: owned(&LOG_IN),
        }
    }
}

impl Refusals<'_> {
    /// Gives a route, e.g. `POST /admin/notes`, the body that it is sent.
    #[must_use]
    pub fn body(mut self, route: &str, body: Value) -> Self {
        let found = self.operations.iter_mut().find(|one| one.name() == route);
        let found = found.unwrap_or_else(|| panic!("there is no route {route}"));
        found.body = Some(body);
        self
    }

    /// Says that a route under `/admin` asks for no permission.
    #[must_use]
    pub fn for_every_operator(mut self, route: &str) -> Self {
        self.every_operator.insert(route.to_owned());
        self
    }

    /// Says that a route is for those who are not logged in.
    #[must_use]
    pub fn for_everybody(mut self, route: &str) -> Self {
        self.everybody.insert(route.to_owned());
        self
    }

    /// Without a token, with one that was never given out, and with one of the other audience,
    /// every route answers 401.
    pub async fn without_token(&self) {
        let mut failures = Vec::new();
        let (player, operator) = (
            self.app.player("alice").await,
            self.app.operator(&["*"]).await,
        );
        let anonymous = self.app.anonymous();
        let made_up = self.app.client("no-such-token");
        for operation in &self.operations {
            let is_open = self.everybody.contains(&operation.name());
            if is_open || !operation.is_secured {
                if !is_open {
                    failures.push(format!("{}: is not described as secured", operation.name()));
                }
                continue;
            }
            let other = if operation.is_admin() {
                &player
            } else {
                &operator
            };
            for (client, who) in [
                (&anonymous, "nobody"),
                (&made_up, "a made up token"),
                (other, "the other audience"),
            ] {
                let answer = send(client, operation, "1").await;
                expect(&mut failures, operation, who, &answer, &[401]);
            }
        }
        conclude(&failures);
    }

    /// To an operator without the permission, every route under `/admin` answers 403.
    pub async fn without_permission(&self) {
        let mut failures = Vec::new();
        let powerless = self.app.operator(&["nothing.at_all"]).await;
        let all = self.operations.iter().filter(|one| one.is_admin());
        for operation in all {
            let name = operation.name();
            if self.every_operator.contains(&name) || self.everybody.contains(&name) {
                continue;
            }
            let answer = send(&powerless, operation, "1").await;
            expect(
                &mut failures,
                operation,
                "an operator without permission",
                &answer,
                &[403],
            );
        }
        conclude(&failures);
    }

    /// A field that a body does not have, and a parameter that a query string does not have, are
    /// refused and named.
    pub async fn unknown_fields(&self) {
        let mut failures = Vec::new();
        for operation in &self.operations {
            let client = self.insider(operation).await;
            let address = operation.address("1");
            if let Some(Value::Object(body)) = &operation.body {
                let mut body = body.clone();
                body.insert("no_such_field".to_owned(), json!(1));
                let body = Some(Value::Object(body));
                let method = operation.method.clone();
                let answer = client.request(method, &address, body).await;
                named(&mut failures, operation, "no_such_field", &answer);
            }
            if operation.has_query {
                let mark = if address.contains('?') { '&' } else { '?' };
                let address = format!("{address}{mark}no_such_parameter=1");
                let method = operation.method.clone();
                let answer = client
                    .request(method, &address, operation.body.clone())
                    .await;
                named(&mut failures, operation, "no_such_parameter", &answer);
            }
        }
        conclude(&failures);
    }

    /// With ids of what another one has, every route answers 403 or 404: with a player's own rows
    /// to other players, with a tenant's to the players and operators of another tenant.
    ///
    /// The rows are those that `POST` makes on the path above; where it makes none, an id stands
    /// for them that nothing has.
    pub async fn ids_of_others(&self) {
        let mut failures = Vec::new();
        let rows = self.rows().await;
        let bob = self.app.player("bob").await;
        let carl = self.app.player_of(OTHER_TENANT, "carl").await;
        let stranger = self.app.operator_of(OTHER_TENANT, &["*"]).await;
        let with_ids = self.operations.iter().filter(|one| one.has_variables());
        for operation in with_ids {
            let row = rows.get(operation.collection());
            let id = row.map_or("1", |row| row.id.as_str());
            let outsider = if operation.is_admin() {
                &stranger
            } else {
                &carl
            };
            let answer = send(outsider, operation, id).await;
            expect(
                &mut failures,
                operation,
                "another tenant",
                &answer,
                &[403, 404],
            );
            let is_own = row.is_some_and(|row| row.is_players);
            if is_own && !operation.is_admin() {
                let answer = send(&bob, operation, id).await;
                expect(
                    &mut failures,
                    operation,
                    "another player",
                    &answer,
                    &[403, 404],
                );
            }
        }
        self.still_there(&rows, &mut failures).await;
        conclude(&failures);
    }

    /// What the owners make by `POST` on collections.
    async fn rows(&self) -> BTreeMap<String, Row> {
        let (alice, operator) = (
            self.app.player("alice").await,
            self.app.operator(&["*"]).await,
        );
        let mut rows = BTreeMap::new();
        for operation in &self.operations {
            let name = operation.name();
            let is_other = self.every_operator.contains(&name) || self.everybody.contains(&name);
            let is_making = operation.method == Method::POST && !operation.has_variables();
            if !is_making || is_other || name.ends_with("/logout") {
                continue;
            }
            let owner = if operation.is_admin() {
                &operator
            } else {
                &alice
            };
            let answer = send(owner, operation, "1").await;
            let Some(id) = answer.data()["id"].as_str() else {
                continue;
            };
            let row = Row {
                id: id.to_owned(),
                is_players: !operation.is_admin(),
                owner: owner.clone(),
            };
            rows.entry(operation.collection().to_owned()).or_insert(row);
        }
        rows
    }

    /// Nobody has changed or removed the rows, and their owners reach them: so the ids were right.
    async fn still_there(&self, rows: &BTreeMap<String, Row>, failures: &mut Vec<String>) {
        for operation in &self.operations {
            let is_row = operation.path.ends_with('}') && operation.method == Method::GET;
            let Some(row) = rows.get(operation.collection()).filter(|_| is_row) else {
                continue;
            };
            if operation.is_admin() == row.is_players {
                continue;
            }
            let answer = send(&row.owner, operation, &row.id).await;
            expect(failures, operation, "the owner", &answer, &[200]);
        }
    }

    /// Somebody whom the route is for.
    async fn insider(&self, operation: &Operation) -> Client {
        if self.everybody.contains(&operation.name()) {
            self.app.anonymous()
        } else if operation.is_admin() {
            self.app.operator_of(APP_ID, &["*"]).await
        } else {
            self.app.player("alice").await
        }
    }
}

impl std::fmt::Debug for Refusals<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.operations.iter().map(Operation::name);
        f.debug_set().entries(names).finish()
    }
}

/// Something that somebody made.
struct Row {
    id: String,
    is_players: bool,
    owner: Client,
}

async fn send(client: &Client, operation: &Operation, id: &str) -> Answer {
    let address = operation.address(id);
    let body = operation.body.clone();
    client
        .request(operation.method.clone(), &address, body)
        .await
}

fn expect(
    failures: &mut Vec<String>,
    operation: &Operation,
    who: &str,
    answer: &Answer,
    right: &[u16],
) {
    if !right.contains(&answer.status) {
        let (status, body) = (answer.status, &answer.body);
        failures.push(format!("{} by {who}: {status} {body}", operation.name()));
    }
}

fn named(failures: &mut Vec<String>, operation: &Operation, name: &str, answer: &Answer) {
    let is_refused = (400..500).contains(&answer.status);
    if !is_refused || !answer.error_message().contains(name) {
        let (status, body) = (answer.status, &answer.body);
        failures.push(format!(
            "{} with `{name}`: {status} {body}",
            operation.name()
        ));
    }
}

fn conclude(failures: &[String]) {
    if !failures.is_empty() {
        panic!(
            "{} wrong answer(s):\n{}",
            failures.len(),
            failures.join("\n")
        );
    }
}
