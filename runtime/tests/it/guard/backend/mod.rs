//! The guards on every backend: two instances of an app on one database, and on one Redis where
//! that is the backend.

mod bans;
mod conformance;
mod figures;
mod limit_processes;
mod lock_fire;
mod redis_killed;
mod routes;

use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::config::{Config, Environment, GuardBackend, Secret};
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;

use crate::support::database::server;

/// Two instances; the database goes away with them.
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) instances: [Context; 2],
    _scratch: Scratch,
}

/// Name, backend, database server.
pub(crate) fn backends() -> Vec<(&'static str, GuardBackend, String)> {
    vec![
        ("memory", GuardBackend::Memory, "sqlite:".to_owned()),
        ("sqlite", GuardBackend::Sql, "sqlite:".to_owned()),
        (
            "mysql",
            GuardBackend::Sql,
            server("CLOUDAPP_TEST_MYSQL_URL"),
        ),
        (
            "postgres",
            GuardBackend::Sql,
            server("CLOUDAPP_TEST_POSTGRES_URL"),
        ),
        ("redis", GuardBackend::Redis, "sqlite:".to_owned()),
    ]
}

/// The configuration of an instance.
pub(crate) fn config(backend: GuardBackend, url: &str, redis: &str) -> Config {
    let mut config = Config {
        environment: Environment::Test,
        ..Config::default()
    };
    config.database.url = Secret::new(url);
    config.database.max_connections = 10;
    config.auth.token_key = Secret::new("everybody may know this key of the tests");
    config.guard.backend = backend;
    if backend == GuardBackend::Redis {
        config.redis.url = Secret::new(redis);
    }
    config
}

/// An app of a name that no other test has: it is what keys in Redis begin with.
pub(crate) fn app() -> App {
    let name = format!("guard-{}", random::hex::<8>().unwrap());
    App::new(name.leak(), "1.0.0")
}

pub(crate) async fn migrate(ctx: &Context) {
    for (group, migrator) in ctx.migrators() {
        let options = Options::default();
        migrator.up(ctx.db_of(*group), &options).await.unwrap();
    }
}

impl World {
    pub(crate) async fn start(
        (name, backend, server): (&'static str, GuardBackend, String),
        adjust: impl Fn(&mut Config),
    ) -> Self {
        let redis = std::env::var("CLOUDAPP_TEST_REDIS_URL");
        let redis = redis.expect("CLOUDAPP_TEST_REDIS_URL is not set: run `tests/run.sh`");
        let scratch = Scratch::create(&server).await;
        let mut config = config(backend, scratch.url(), &redis);
        adjust(&mut config);
        let app = app();
        let one = Context::connect(&app, config.clone()).await.unwrap();
        migrate(&one).await;
        // What a process keeps to itself, another can't share.
        let other = if backend == GuardBackend::Memory {
            one.clone()
        } else {
            Context::connect(&app, config).await.unwrap()
        };
        Self {
            name,
            instances: [one, other],
            _scratch: scratch,
        }
    }

    pub(crate) async fn all(adjust: impl Fn(&mut Config)) -> Vec<Self> {
        let mut worlds = Vec::new();
        for backend in backends() {
            worlds.push(Self::start(backend, &adjust).await);
        }
        worlds
    }

    pub(crate) async fn close(self) {
        for ctx in &self.instances {
            ctx.close().await;
        }
    }
}
