//! How a [`TestApp`] is to be started.
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use super::database::{self, Scratch};
use super::{APP_ID, TestApp};
use crate::app::{App, Context};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Environment, Secret, Sources};
use crate::migrate::Options;

type Adjust = Box<dyn FnOnce(&mut Config)>;

/// What a test wants different from the usual. Ends with [`Setup::start`].
pub struct Setup {
    app: App,
    clock: Arc<dyn Clock>,
    server: Option<String>,
    adjust: Vec<Adjust>,
}

impl Setup {
    pub(super) fn new(app: App) -> Self {
        Self {
            app,
            clock: Arc::new(SystemClock),
            server: None,
            adjust: Vec::new(),
        }
    }

    /// Uses this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the database on the server of this URL, whatever the configuration says; for a URL
    /// that is not of a server, an SQLite file.
    #[must_use]
    pub fn database_server(mut self, url: impl Into<String>) -> Self {
        self.server = Some(url.into());
        self
    }

    /// Changes the configuration before the application starts.
    #[must_use]
    pub fn config(mut self, adjust: impl FnOnce(&mut Config) + 'static) -> Self {
        self.adjust.push(Box::new(adjust));
        self
    }

    /// Starts the application in the environment `test`, with an empty database that has the whole
    /// schema.
    pub async fn start(self) -> TestApp {
        let mut config = configuration();
        let configured = config.database.url.expose().to_owned();
        let scratch = Scratch::create(self.server.as_deref().unwrap_or(&configured)).await;
        config.database.url = Secret::new(scratch.url());
        config.database.groups.clear();
        config.database.replicas.clear();
        // Many tests may share one Redis, and none the values of another's database.
        config.cache.prefix =
            crate::random::hex::<8>().unwrap_or_else(|error| panic!("no randomness: {error}"));
        APP_ID.clone_into(&mut config.tenant.default_app_id);
        for adjust in self.adjust {
            adjust(&mut config);
        }
        let context = Context::connect_with_clock(&self.app, config, self.clock)
            .await
            .unwrap_or_else(|error| panic!("the application cannot start: {error}"));
        for (group, migrator) in context.migrators() {
            migrator
                .up(context.db_of(*group), &Options::default())
                .await
                .unwrap_or_else(|error| panic!("the migrations fail: {error}"));
        }
        TestApp::new(self.app, context, scratch)
    }
}

/// The application's configuration for the environment `test`, completed where a test needs no
/// more.
fn configuration() -> Config {
    let mut sources = Sources::of_process()
        .unwrap_or_else(|error| panic!("the configuration cannot be read: {error}"));
    sources.environment = Environment::Test;
    let mut set = |name: &str, value: &str| {
        if sources.variables.iter().all(|(known, _)| known != name) {
            sources.variables.push((name.to_owned(), value.to_owned()));
        }
    };
    set(
        "CLOUDAPP__AUTH__TOKEN_KEY",
        "everybody may know this key of the tests",
    );
    set(
        "CLOUDAPP__ASSET__CHAIN_KEY",
        "everybody may know this chain key of the tests",
    );
    set("CLOUDAPP__AUTH__DEV_LOGIN", "true");
    // Files may name a database server; only without any is there SQLite.
    let read = Config::read(&sources).or_else(|_| {
        let url = (
            "CLOUDAPP__DATABASE__URL".to_owned(),
            database::SQLITE.to_owned(),
        );
        sources.variables.push(url);
        Config::read(&sources)
    });
    read.unwrap_or_else(|error| panic!("the configuration cannot be read: {error}"))
}
