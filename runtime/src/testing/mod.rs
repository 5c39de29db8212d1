//! An application in one process, for request tests: [`TestApp`].
//!
//! ```no_run
//! # fn app() -> cloudapp_runtime::app::App { cloudapp_runtime::app::App::new("shop", "0.1.0") }
//! # async fn test() {
//! use cloudapp_runtime::testing::TestApp;
//!
//! let app = TestApp::start(app()).await;
//! let alice = app.player("alice").await;
//! let me = alice.get("/client/me").await.ok();
//! assert_eq!(me["app_id"], "demo");
//! # }
//! ```
//!
//! Everything here panics with a message instead of returning errors: it is for tests.
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod client;
mod database;
mod refusals;
mod sample;
mod setup;

use serde_json::json;

use crate::app::{App, Context};
use crate::auth::operator;
use crate::config::Secret;
use crate::random;

pub use client::{Answer, Client};
pub use database::Scratch;
pub use refusals::Refusals;
pub use setup::Setup;

/// The tenant of players and operators that are given none.
pub const APP_ID: &str = "demo";

/// The password of operators made by [`TestApp::operator`].
const PASSWORD: &str = "correct horse battery";

/// A running application with an empty database of its own, which goes away with it.
///
/// The database is an SQLite file in the temporary folder, or, where the configuration or
/// `CLOUDAPP__DATABASE__URL` names a MySQL or PostgreSQL server, a new database on that server.
pub struct TestApp {
    app: App,
    context: Context,
    router: axum::Router,
    // Last, so that the database is dropped when nothing uses it any more.
    _scratch: Scratch,
}

impl TestApp {
    /// Starts an application in the environment `test`, with its whole schema.
    pub async fn start(app: App) -> Self {
        Self::setup(app).start().await
    }

    /// As [`TestApp::start`], with a clock, a database server or a configuration of your choice.
    #[must_use]
    pub fn setup(app: App) -> Setup {
        Setup::new(app)
    }

    fn new(app: App, context: Context, scratch: Scratch) -> Self {
        let router = app.router(context.clone());
        Self {
            app,
            context,
            router,
            _scratch: scratch,
        }
    }

    /// What the handlers are given.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Everything that answers requests, for tests that open a socket.
    pub fn router(&self) -> axum::Router {
        self.router.clone()
    }

    /// Method and path template of every route of the OpenAPI document, sorted by path.
    #[must_use]
    pub fn routes(&self) -> Vec<(String, String)> {
        let document = serde_json::to_value(self.app.openapi())
            .unwrap_or_else(|error| panic!("the OpenAPI document cannot be written: {error}"));
        let paths = document["paths"].as_object().into_iter().flatten();
        let mut routes = Vec::new();
        for (path, item) in paths {
            for method in ["get", "post", "put", "patch", "delete"] {
                if item.get(method).is_some() {
                    routes.push((method.to_uppercase(), path.clone()));
                }
            }
        }
        routes
    }

    /// Somebody who is not logged in.
    #[must_use]
    pub fn anonymous(&self) -> Client {
        Client::new(self.router.clone(), None)
    }

    /// Whoever has this token.
    #[must_use]
    pub fn client(&self, token: impl Into<String>) -> Client {
        Client::new(self.router.clone(), Some(token.into()))
    }

    /// A player of this name of the tenant `demo`, logged in by `POST /client/login`.
    pub async fn player(&self, name: &str) -> Client {
        self.player_of(APP_ID, name).await
    }

    /// A player of this name of another tenant.
    pub async fn player_of(&self, app_id: &str, name: &str) -> Client {
        let body = json!({ "app_id": app_id, "platform": "dev", "code": name });
        self.log_in("/client/login", body).await
    }

    /// A new operator of the tenant `demo` with these permissions, logged in by `POST
    /// /admin/login`.
    pub async fn operator(&self, permissions: &[&str]) -> Client {
        self.operator_of(APP_ID, permissions).await
    }

    /// A new operator of another tenant.
    pub async fn operator_of(&self, app_id: &str, permissions: &[&str]) -> Client {
        let name = random::hex::<8>().unwrap_or_else(|error| panic!("no randomness: {error}"));
        let permissions: Vec<String> = permissions.iter().map(|one| (*one).to_owned()).collect();
        let password = Secret::new(PASSWORD);
        operator::create(&self.context, app_id, &name, &password, &permissions)
            .await
            .unwrap_or_else(|error| panic!("the operator cannot be made: {error}"));
        self.log_in(
            "/admin/login",
            json!({ "username": name, "password": PASSWORD }),
        )
        .await
    }

    async fn log_in(&self, path: &str, body: serde_json::Value) -> Client {
        let session = self.anonymous().post(path, body).await.ok();
        let token = session["token"].as_str().map(str::to_owned);
        assert!(token.is_some(), "POST {path} gave no token: {session}");
        Client::new(self.router.clone(), token)
    }
}
