//! Statements that could hit a wrong table fail instead.

use std::sync::Arc;

use cloudapp_runtime::app::{App, Module};
use cloudapp_runtime::config::{Config, GroupConfig, Secret, ShardConfig};
use cloudapp_runtime::db::Group;
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::migrate::shard::{CompatRule, Scheme};
use cloudapp_runtime::shard::{ShardConn, ShardKey, Shards, agreement, specs};
use cloudapp_runtime::testing::TestApp;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DbErr, EntityTrait as _,
    QueryFilter as _, QuerySelect as _,
};

use super::entity::{asset, log};
use super::world::{World, asset, key, spec};
use crate::support::database::Database;

#[tokio::test]
async fn without_a_key_every_statement_fails() {
    for world in World::each(4).await {
        world.fill(1..=3).await;
        let plain = &world.database.conn;
        let of_activity = ShardConn::new(Arc::clone(&world.shards), ShardKey::activity(1));
        let no_key = |error: DbErr| {
            let text = error.to_string();
            assert!(
                text.contains("`user_id`") && text.contains("_tb`"),
                "{text}"
            );
        };
        // Select, join, insert, update, delete; on a plain connection, and with another key.
        let select = asset::Entity::find();
        assert!(select.clone().all(plain).await.is_err());
        no_key(select.all(&of_activity).await.unwrap_err());
        let join = asset::Entity::find().find_also_related(log::Entity);
        assert!(join.clone().all(plain).await.is_err());
        no_key(join.all(&of_activity).await.unwrap_err());
        assert!(asset(9, 9).insert(plain).await.is_err());
        no_key(asset(9, 9).insert(&of_activity).await.unwrap_err());
        let update = || asset::Entity::update_many().col_expr(asset::Column::Value, 1_i64.into());
        assert!(update().exec(plain).await.is_err());
        no_key(update().exec(&of_activity).await.unwrap_err());
        let delete = || asset::Entity::delete_many().filter(asset::Column::Id.eq(1_i64));
        assert!(delete().exec(plain).await.is_err());
        no_key(delete().exec(&of_activity).await.unwrap_err());
        let raw = "DELETE FROM user_asset_tb";
        assert!(plain.execute_unprepared(raw).await.is_err());
        no_key(of_activity.execute_unprepared(raw).await.unwrap_err());
        assert_eq!(
            world.scatter().count(asset::Entity::find()).await.unwrap(),
            3
        );
        world.drop().await;
    }
}

#[tokio::test]
async fn the_rule_of_the_original_finds_its_tables() {
    let rule = |drop_last, calculate_value| {
        Scheme::Compat(CompatRule {
            drop_last,
            calculate_value,
        })
    };
    for (scheme, app_id, physical) in [
        (rule(false, None), "tb_app_abc", "user_asset_9_tb"),
        (rule(false, None), "wx1234567890abcdef", "user_asset_1_tb"),
        (rule(false, None), "3000000004582301", "user_asset_1_tb"),
        (rule(true, None), "3000000004582301", "user_asset_0_tb"),
        (
            rule(false, None),
            "999999999999999999999999999993",
            "user_asset_3_tb",
        ),
        (
            rule(true, Some(40_000_000_000)),
            "3000000004582301",
            "user_asset_1_tb",
        ),
    ] {
        let specs = vec![
            spec("user_asset_tb", "app_id", 10, scheme.clone()),
            spec("asset_log_tb", "user_id", 1, Scheme::Slot),
        ];
        let world = World::with(Database::sqlite().await, specs).await;
        let conn = ShardConn::new(Arc::clone(&world.shards), ShardKey::tenant(app_id));
        let found = conn.physical_table("user_asset_tb").await.unwrap();
        assert_eq!(found, physical, "{app_id} by {scheme:?}");
        asset(1, 1).insert(&conn).await.unwrap();
        let count = format!("SELECT COUNT(*) FROM {physical}");
        assert_eq!(world.database.number(&count).await, 1);
        world.drop().await;
    }
}

fn app() -> App {
    let mut app = App::new("sample", "1.0.0");
    app.module(Module::new("gift").sharded("gift_tb", "user_id"));
    app
}

fn config(table: &str, shard: ShardConfig) -> Config {
    let mut config = Config::default();
    config.database.url = Secret::new("sqlite::memory:");
    config.shard.insert(table.to_owned(), shard);
    config
}

#[tokio::test]
async fn configuration_and_database_must_agree() {
    let world = World::new(Database::sqlite().await, 4).await;
    let shards = Shards::new(world.database.conn.clone());
    let four = ShardConfig {
        count: 4,
        ..ShardConfig::default()
    };
    let mut both = config("user_asset_tb", four.clone());
    both.shard.insert("asset_log_tb".to_owned(), four.clone());
    agreement(&app(), &both, Group::Default, &shards)
        .await
        .unwrap();

    let cases = [
        (
            ShardConfig {
                count: 16,
                ..ShardConfig::default()
            },
            [
                "has 4 physical tables",
                "migrate reshard user_asset_tb --to 16",
            ],
        ),
        (
            ShardConfig {
                key: Some("app_id".to_owned()),
                ..four.clone()
            },
            ["`user_id` in the database", "key = \"user_id\""],
        ),
        (
            ShardConfig {
                scheme: cloudapp_runtime::config::ShardScheme::Compat,
                ..four
            },
            ["another scheme", "scheme = \"slot\""],
        ),
    ];
    for (shard, words) in cases {
        both.shard.insert("user_asset_tb".to_owned(), shard);
        let error = agreement(&app(), &both, Group::Default, &shards).await;
        let text = error.unwrap_err().to_string();
        for word in words {
            assert!(text.contains(word), "no `{word}` in: {text}");
        }
    }
    world.drop().await;
}

#[test]
fn a_section_for_a_table_that_is_not_sharded_is_refused() {
    specs(&app(), &config("gift_tb", ShardConfig::default())).unwrap();
    let unknown = specs(&app(), &config("gift", ShardConfig::default()));
    let text = unknown.unwrap_err().to_string();
    assert!(
        text.contains("[shard.gift]") && text.contains("gift_tb"),
        "{text}"
    );
}

#[tokio::test]
async fn a_table_that_nobody_knows_is_reported() {
    for world in World::each(2).await {
        let make = "CREATE TABLE user_asset_7_tb (id INTEGER PRIMARY KEY)";
        world.database.run(&[make]).await;
        let findings = world.migrator.check(&world.database.conn).await.unwrap();
        let text = format!("{findings:?}");
        assert!(text.contains("user_asset_7_tb"), "{text}");
        world.database.run(&["DROP TABLE user_asset_7_tb"]).await;
        let findings = world.migrator.check(&world.database.conn).await.unwrap();
        assert!(findings.is_empty(), "{findings:?}");
        world.drop().await;
    }
}

#[tokio::test]
async fn down_removes_every_table_and_up_makes_them_again() {
    for world in World::each(4).await {
        let conn = &world.database.conn;
        world
            .migrator
            .down(conn, 1, &Options::default())
            .await
            .unwrap();
        world.shards_are_gone().await;
        world.migrator.up(conn, &Options::default()).await.unwrap();
        let fresh = Arc::new(Shards::new(conn.clone()));
        let row = asset(1, 1).insert(&ShardConn::new(fresh, key(1))).await;
        assert_eq!(row.unwrap().id, 1);
        world.drop().await;
    }
}

#[tokio::test]
async fn reads_that_may_be_old_go_to_a_copy_that_has_the_same_layout() {
    let [own, copy] = [
        World::new(Database::sqlite().await, 2).await,
        World::new(Database::sqlite().await, 2).await,
    ];
    own.fill(1..=1).await;
    let conn = own.of(1).reading_from(Arc::clone(&copy.shards));
    let find = || asset::Entity::find_by_id(1);
    assert!(find().one(&conn).await.unwrap().is_none(), "from the copy");
    assert!(
        find()
            .lock_exclusive()
            .one(&own.of(1))
            .await
            .unwrap()
            .is_some()
    );
    asset(2, 1).insert(&conn).await.unwrap();
    assert_eq!(own.scatter().count(asset::Entity::find()).await.unwrap(), 2);
    assert_eq!(
        copy.scatter().count(asset::Entity::find()).await.unwrap(),
        0
    );
    // The copy is behind.
    own.database
        .run(&["UPDATE cloudapp_shard_tb SET version = 7"])
        .await;
    let fresh = Arc::new(Shards::new(own.database.conn.clone()));
    let conn = ShardConn::new(fresh, key(1)).reading_from(Arc::clone(&copy.shards));
    assert!(
        find().one(&conn).await.unwrap().is_some(),
        "from the database"
    );
    own.drop().await;
    copy.drop().await;
}

#[tokio::test]
async fn a_group_has_its_tables_in_its_own_database() {
    let second = Database::sqlite().await;
    let url = second.options.url.clone();
    let mut app = App::new("sample", "1.0.0");
    app.module(
        Module::new("asset")
            .group(Group::Asset)
            .sharded("gift_tb", "user_id")
            .migrations(vec![super::world::tables()]),
    );
    let test = TestApp::setup(app).config(move |config| {
        let group = GroupConfig {
            url,
            ..GroupConfig::default()
        };
        config.database.groups.insert(Group::Asset, group);
        let three = ShardConfig {
            count: 3,
            ..ShardConfig::default()
        };
        config.shard.insert("user_asset_tb".to_owned(), three);
    });
    let test = test.start().await;
    let ctx = test.context();
    let here = ctx.shard_of(Group::Asset, &key(5));
    asset(1, 5).insert(&here).await.unwrap();
    let name = here.physical_table("user_asset_tb").await.unwrap();
    let count = format!("SELECT COUNT(*) FROM {name}");
    assert_eq!(second.number(&count).await, 1);
    assert_eq!(
        ctx.scatter_of(Group::Asset)
            .count(asset::Entity::find())
            .await
            .unwrap(),
        1
    );
    // The default database has neither the tables nor a layout of them.
    assert!(ctx.db().execute_unprepared(&count).await.is_err());
    assert!(asset(2, 5).insert(&ctx.shard(&key(5))).await.is_err());
    assert!(ctx.is_schema_current().await.unwrap());
    drop(test);
    second.drop().await;
}

impl World {
    async fn shards_are_gone(&self) {
        let conn = &self.database.conn;
        for number in 0..4 {
            let sql = format!("SELECT COUNT(*) FROM user_asset_{number}_tb");
            assert!(conn.execute_unprepared(&sql).await.is_err());
        }
        assert_eq!(
            self.database
                .number("SELECT COUNT(*) FROM cloudapp_shard_tb")
                .await,
            0
        );
    }
}
