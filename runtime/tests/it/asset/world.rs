//! Two instances of an app with the ledger, on one database.

use std::env;
use std::sync::Arc;

use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::asset::{Change, Hooks, NoHooks, Owner};
use cloudapp_runtime::clock::{Clock, SystemClock};
use cloudapp_runtime::config::{Config, Environment, Secret, ShardConfig};
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;

use crate::support::database::server;

/// The tenant of all owners.
pub(crate) const APP_ID: &str = "demo";
/// A key that is good for tokens and for the chain.
pub(crate) const KEY: &str = "everybody may know this key of the tests";
/// The ledger's tables that are spread.
pub(crate) const TABLES: [&str; 4] = [
    "asset_owner_tb",
    "user_asset_tb",
    "asset_log_tb",
    "asset_lot_tb",
];

/// A number from the environment.
pub(crate) fn size(variable: &str, default: usize) -> usize {
    env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// Where databases of each kind are made.
pub(crate) fn servers() -> [String; 3] {
    [
        "sqlite:".to_owned(),
        server("CLOUDAPP_TEST_MYSQL_URL"),
        server("CLOUDAPP_TEST_POSTGRES_URL"),
    ]
}

/// An app with nothing but the ledger.
pub(crate) fn app(hooks: impl Hooks) -> App {
    let mut app = App::new("ledger", "1.0.0");
    app.module(Module::new("asset").ledger(hooks));
    app
}

/// The configuration of an instance.
pub(crate) fn config(url: &str) -> Config {
    let mut config = Config {
        environment: Environment::Test,
        ..Config::default()
    };
    config.database.url = Secret::new(url);
    config.database.max_connections = 12;
    config.auth.token_key = Secret::new(KEY);
    config.asset.chain_key = Secret::new(KEY);
    config.personal.key = Secret::new(KEY);
    config.asset.wait_ms = 60_000;
    config
}

/// Spreads the ledger's tables.
pub(crate) fn spread(config: &mut Config, count: u16) {
    for table in TABLES {
        let shard = ShardConfig {
            count,
            ..ShardConfig::default()
        };
        config.shard.insert(table.to_owned(), shard);
    }
}

/// Makes all tables.
pub(crate) async fn migrate(ctx: &Context) {
    for (group, migrator) in ctx.migrators() {
        let options = Options::default();
        migrator.up(ctx.db_of(*group), &options).await.unwrap();
    }
}

/// A player's balances in an activity.
pub(crate) fn owner(user: i64) -> Owner {
    Owner::user(APP_ID, Id::new(1), Id::new(user))
}

/// A change of points or another kind without objects.
pub(crate) fn change(user: i64, delta: i64, key: impl Into<String>) -> Change {
    Change::new(owner(user), cloudapp_runtime::asset::Asset::POINTS, delta).key(key)
}

/// Two instances; the database goes away with them.
pub(crate) struct World {
    pub(crate) instances: [Context; 2],
    _scratch: Scratch,
}

impl World {
    /// Two instances of the same configuration.
    pub(crate) async fn of(server: &str, adjust: impl Fn(&mut Config)) -> Self {
        let clock = Arc::new(SystemClock);
        Self::start(server, &app(NoHooks), clock, |config, _| adjust(config)).await
    }

    /// Two instances; `adjust` is told which one it is about.
    pub(crate) async fn start(
        server: &str,
        app: &App,
        clock: Arc<dyn Clock>,
        adjust: impl Fn(&mut Config, usize),
    ) -> Self {
        let scratch = Scratch::create(server).await;
        let configs = [0, 1].map(|number| {
            let mut config = config(scratch.url());
            adjust(&mut config, number);
            config
        });
        let [first, second] = configs;
        let connect = |config| Context::connect_with_clock(app, config, Arc::clone(&clock));
        let first = connect(first).await.unwrap();
        migrate(&first).await;
        Self {
            instances: [first, connect(second).await.unwrap()],
            _scratch: scratch,
        }
    }

    /// Closes the instances, so that the database can be dropped.
    pub(crate) async fn close(self) {
        for instance in &self.instances {
            instance.close().await;
        }
    }
}
