//! An application with the ledger, on each database, in one and in four physical tables.

use std::sync::Arc;

use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::asset::{
    Asset, Change, Finding, NoHooks, Owner, VerifyOptions, VerifyReport,
};
use cloudapp_runtime::clock::{Clock, SystemClock};
use cloudapp_runtime::config::{AssetTypeConfig, Config, ShardConfig};
use cloudapp_runtime::db::Group;
use cloudapp_runtime::id::Id;
use cloudapp_runtime::shard::ShardConn;
use cloudapp_runtime::testing::TestApp;
use sea_orm::ConnectionTrait;

use crate::web::servers;

/// A kind of asset that expires at the end of its day.
pub(crate) const DAILY: i32 = 101;

const TABLES: [&str; 5] = [
    "asset_inventory_tb",
    "asset_log_tb",
    "asset_lot_tb",
    "asset_owner_tb",
    "user_asset_tb",
];

pub(crate) fn app() -> App {
    let mut app = App::new("shop", "1.0.0");
    app.module(Module::new("asset").ledger(NoHooks));
    app
}

pub(crate) struct Books {
    pub(crate) app: TestApp,
    pub(crate) count: u16,
}

impl Books {
    /// One on each database, with one and with four tables.
    pub(crate) async fn each() -> Vec<Self> {
        Self::each_at(|| Arc::new(SystemClock)).await
    }

    pub(crate) async fn each_at(clock: impl Fn() -> Arc<dyn Clock>) -> Vec<Self> {
        let mut all = Vec::new();
        for (_, server) in servers() {
            for count in [1, 4] {
                let setup = TestApp::setup(app()).database_server(server.clone());
                let setup = setup
                    .clock(clock())
                    .config(move |config| adjust(config, count));
                let app = setup.start().await;
                all.push(Self { app, count });
            }
        }
        all
    }

    pub(crate) fn ctx(&self) -> &Context {
        self.app.context()
    }

    pub(crate) async fn give(&self, user: i64, asset: impl Into<Asset>, delta: i64) {
        let change = Change::new(owner(user), asset, delta).title("Change");
        let change = change.info(serde_json::json!({ "why": "test" }));
        self.ctx().ledger().change(change).await.unwrap();
    }

    /// The tables of a user, for statements by hand.
    pub(crate) fn of(&self, user: i64) -> ShardConn {
        let key = owner(user).shard_key();
        self.ctx().shard_of(Group::Asset, &key)
    }

    /// Runs a statement by hand; `{}` stands for "is this user".
    pub(crate) async fn run(&self, user: i64, sql: &str) {
        let sql = sql.replace("{}", &format!("user_id = {user}"));
        let done = self.of(user).execute_unprepared(&sql).await.unwrap();
        assert!(done.rows_affected() > 0, "{sql}");
    }

    pub(crate) async fn verify(&self) -> VerifyReport {
        let options = VerifyOptions { findings_max: 1000 };
        self.ctx().ledger().verify(&options, |_| {}).await.unwrap()
    }
}

fn adjust(config: &mut Config, count: u16) {
    for table in TABLES {
        let shard = ShardConfig {
            count,
            ..ShardConfig::default()
        };
        config.shard.insert(table.to_owned(), shard);
    }
    let daily = AssetTypeConfig {
        expires_after_days: Some(0),
        ..AssetTypeConfig::default()
    };
    config.asset.types.insert(DAILY.to_string(), daily);
}

pub(crate) fn owner(user: i64) -> Owner {
    Owner::user("demo", Id::new(7), Id::new(user))
}

/// Kinds of the findings about a user, sorted.
pub(crate) fn kinds(findings: &[Finding], user: i64) -> Vec<&'static str> {
    let his = findings.iter().filter(|one| one.user_id == Id::new(user));
    let mut kinds: Vec<&str> = his.map(|one| one.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds
}
