//! An app whose values are versions in a table, on either backend.

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::cache::{CacheDeclared, CacheGroup, CacheKey};
use cloudapp_runtime::clock::{Clock, ManualClock};
use cloudapp_runtime::config::{CacheConfig, Secret};
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::migrate::Migration;
use cloudapp_runtime::migrate::prelude::{Table, big_integer, string_len};
use cloudapp_runtime::testing::TestApp;
use cloudapp_runtime::types::{Decimal, Id, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::support::database::server;

#[expect(unreachable_pub, reason = "the derive makes public companions")]
pub(super) mod prize {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
    #[sea_orm(table_name = "prize_tb")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Id,
        pub version: i64,
        pub worth: Decimal,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What the values depend on.
pub(super) fn prizes() -> CacheGroup {
    CacheGroup::of("prize")
}

pub(super) fn app() -> App {
    let table = Migration::new("prize_0001_create", |steps| {
        steps.create_table(
            Table::create()
                .table("prize_tb")
                .col(big_integer("id").primary_key())
                .col(big_integer("version"))
                .col(cloudapp_runtime::migrate::prelude::decimal_len(
                    "worth", 12, 2,
                ))
                .col(string_len("title", 100))
                .to_owned(),
        );
    });
    let mut app = App::new("cached", "1.0.0");
    app.module(
        Module::new("prize")
            .migrations(vec![table])
            .cached(CacheDeclared {
                name: "prize",
                title: "Prizes",
                warm: Some(|ctx, _| {
                    Box::pin(async move {
                        use cloudapp_runtime::cache::CachedExt as _;
                        let all = prize::Entity::find().cached(ctx, prizes()).all().await?;
                        Ok(all.len() as u64)
                    })
                }),
            })
            .cached(CacheDeclared {
                name: "other",
                title: "Others",
                warm: None,
            }),
    );
    app
}

/// The URL of Redis for tests.
pub(super) fn redis() -> String {
    server("CLOUDAPP_TEST_REDIS_URL")
}

/// A size from the environment, or the reduced one.
pub(super) fn size(variable: &str, reduced: u64) -> u64 {
    env::var(variable).map_or(reduced, |text| text.parse().unwrap())
}

/// An app, its clock, and how often something was loaded.
pub(super) struct World {
    pub(super) name: &'static str,
    pub(super) app: TestApp,
    pub(super) clock: Arc<ManualClock>,
    pub(super) loads: Arc<AtomicU64>,
}

impl World {
    pub(super) async fn start(name: &'static str, redis: &str) -> Self {
        Self::with(name, redis, |_| {}).await
    }

    pub(super) async fn with(
        name: &'static str,
        redis: &str,
        adjust: fn(&mut CacheConfig),
    ) -> Self {
        let clock = Arc::new(ManualClock::new(Utc::now()));
        let redis = Secret::new(redis);
        let setup = TestApp::setup(app()).clock(Arc::clone(&clock) as Arc<dyn Clock>);
        let setup = setup.config(move |config| {
            config.redis.url = redis;
            adjust(&mut config.cache);
        });
        Self {
            name,
            app: setup.start().await,
            clock,
            loads: Arc::default(),
        }
    }

    /// One for each backend.
    pub(super) async fn each() -> [Self; 2] {
        [
            Self::start("process", "").await,
            Self::start("redis", &redis()).await,
        ]
    }

    pub(super) fn ctx(&self) -> &Context {
        self.app.context()
    }

    /// Another instance of the app, with the same database, Redis and clock.
    pub(super) async fn instance(&self) -> Context {
        let config = self.ctx().config().clone();
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        Context::connect_with_clock(&app(), config, clock)
            .await
            .unwrap()
    }

    pub(super) fn loads(&self) -> u64 {
        self.loads.load(Ordering::SeqCst)
    }

    pub(super) fn step(&self, seconds: i64) {
        self.clock.advance(chrono::Duration::seconds(seconds));
    }

    /// Reads a value that is what `load` counted.
    pub(super) async fn read(&self, ctx: &Context, name: &str) -> AppResult<u64> {
        let loads = Arc::clone(&self.loads);
        let read = ctx.cache().read(CacheKey::of(name), prizes());
        let load = move || async move { Ok(loads.fetch_add(1, Ordering::SeqCst) + 1) };
        Ok(*read.jitter_percent(0).get_or_load(load).await?)
    }
}
