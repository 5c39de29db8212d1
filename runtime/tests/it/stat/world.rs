//! An app with statistics, and its tables read past it.

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;

use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::clock::{Clock, SystemClock};
use cloudapp_runtime::config::{Config, Environment, Secret, ShardConfig, StatPath};
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::random;
use cloudapp_runtime::stat::{Metric, Repeat, StatEvent};
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::{Decimal, Id};
use sea_orm::{ConnectionTrait as _, Statement};

use crate::support::database::server;

pub(crate) const APP_ID: &str = "demo";
pub(crate) const KEY: &str = "everybody may know this key of the tests";
/// Physical tables of each sharded one.
pub(crate) const SHARDS: u16 = 3;
const TABLES: [&str; 3] = ["stat_log_tb", "stat_report_tb", "stat_user_report_tb"];

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

/// One metric of each kind.
pub(crate) fn metrics() -> Vec<Metric> {
    vec![
        Metric::new("VisitCount", "Visits")
            .group("Traffic", "")
            .per_user()
            .client(3)
            .sort(1),
        Metric::new("VisitUserCount", "Visitors")
            .group("Traffic", "")
            .repeat(Repeat::Daily)
            .client(1)
            .sort(2),
        Metric::new("NewUserCount", "New visitors")
            .group("Traffic", "New")
            .repeat(Repeat::Ever)
            .sort(3),
        Metric::new("Price", "Turnover")
            .group("Shop", "")
            .decimal()
            .per_user()
            .sort(4),
        Metric::new("FirstPrice", "First price")
            .group("Shop", "")
            .decimal()
            .repeat(Repeat::Daily)
            .logged()
            .sort(5),
        Metric::new("Logged", "Logged")
            .group("Shop", "")
            .logged()
            .sort(6),
    ]
}

/// An app of a name that no other test has: it is what keys in Redis begin with.
pub(crate) fn app(name: &str) -> App {
    let mut app = App::new(name.to_owned().leak(), "1.0.0");
    app.module(Module::new("stat").statistics().metrics(metrics()));
    app
}

/// The configuration of an instance.
pub(crate) fn config(url: &str) -> Config {
    let mut config = Config {
        environment: Environment::Test,
        ..Config::default()
    };
    config.database.url = Secret::new(url);
    config.database.max_connections = 10;
    config.auth.token_key = Secret::new(KEY);
    config.stat.poll_ms = 20;
    for table in TABLES {
        let shard = ShardConfig {
            count: SHARDS,
            ..ShardConfig::default()
        };
        config.shard.insert(table.to_owned(), shard);
    }
    config
}

/// The same through Redis.
pub(crate) fn fast(config: &mut Config) {
    config.redis.url = Secret::new(server("CLOUDAPP_TEST_REDIS_URL"));
    config.stat.path = StatPath::Fast;
}

pub(crate) async fn migrate(ctx: &Context) {
    for (group, migrator) in ctx.migrators() {
        let options = Options::default();
        migrator.up(ctx.db_of(*group), &options).await.unwrap();
    }
}

/// An instance; the database goes away with it.
pub(crate) struct World {
    pub(crate) ctx: Context,
    pub(crate) name: String,
    pub(crate) config: Config,
    _scratch: Scratch,
}

impl World {
    pub(crate) async fn of(server: &str) -> Self {
        Self::start(server, Arc::new(SystemClock), |_| {}).await
    }

    pub(crate) async fn start(
        server: &str,
        clock: Arc<dyn Clock>,
        adjust: impl FnOnce(&mut Config),
    ) -> Self {
        let scratch = Scratch::create(server).await;
        let name = format!("stat-{}", random::hex::<8>().unwrap());
        let mut config = config(scratch.url());
        adjust(&mut config);
        let app = app(&name);
        let ctx = Context::connect_with_clock(&app, config.clone(), clock);
        let ctx = ctx.await.unwrap();
        migrate(&ctx).await;
        Self {
            ctx,
            name,
            config,
            _scratch: scratch,
        }
    }

    /// Another instance on the same database.
    pub(crate) async fn another(&self) -> Context {
        let app = app(&self.name);
        Context::connect(&app, self.config.clone()).await.unwrap()
    }
}

/// An event of a player in activity 1.
pub(crate) fn event(metric: &str, user: i64) -> StatEvent {
    StatEvent::new(APP_ID, metric)
        .act(Id::new(1))
        .user(Id::new(user))
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A figure in billionths and how many events it is of, by activity, metric, day and hour.
pub(crate) type Cells = BTreeMap<(i64, String, i32, i32), (i128, i64)>;

/// The rows of `stat_report_tb`.
pub(crate) async fn cells(ctx: &Context) -> Cells {
    let mut cells = Cells::new();
    let columns = "act_id, key_name, create_day, create_hour, key_value, key_fraction, event_count";
    for row in rows(ctx, columns, "stat_report").await {
        let key = (
            row.try_get_by_index(0).unwrap(),
            row.try_get_by_index(1).unwrap(),
            row.try_get_by_index(2).unwrap(),
            row.try_get_by_index(3).unwrap(),
        );
        let whole: i64 = row.try_get_by_index(4).unwrap();
        let fraction: i64 = row.try_get_by_index(5).unwrap();
        let count: i64 = row.try_get_by_index(6).unwrap();
        let cell = cells.entry(key).or_default();
        cell.0 += i128::from(whole) * 1_000_000_000 + i128::from(fraction);
        cell.1 += count;
    }
    cells
}

/// The rows of a sharded table.
pub(crate) async fn rows(ctx: &Context, columns: &str, table: &str) -> Vec<sea_orm::QueryResult> {
    let db = ctx.db_of(cloudapp_runtime::db::Group::Stat);
    let mut rows = Vec::new();
    for number in 0..SHARDS {
        let sql = format!("SELECT {columns} FROM {table}_{number}_tb");
        let statement = Statement::from_string(db.get_database_backend(), sql);
        rows.extend(db.query_all_raw(statement).await.unwrap());
    }
    rows
}

/// How many rows a plain table of the statistics' database has.
pub(crate) async fn count(ctx: &Context, table: &str) -> i64 {
    let db = ctx.db_of(cloudapp_runtime::db::Group::Stat);
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}
