//! A database with the two tables in so many physical ones.

use std::sync::Arc;
use std::time::Duration;

use cloudapp_runtime::id::Id;
use cloudapp_runtime::migrate::prelude::*;
use cloudapp_runtime::migrate::shard::{Scheme, ShardSpec, shard_layout};
use cloudapp_runtime::migrate::{Migrator, Options};
use cloudapp_runtime::shard::reshard::{Plan, Progress};
use cloudapp_runtime::shard::{Scatter, ShardConn, ShardKey, Shards};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;

use super::entity::{asset, log};
use crate::support::database::Database;

pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) shards: Arc<Shards>,
    pub(crate) migrator: Migrator,
}

/// The migration of both tables.
pub(crate) fn tables() -> Migration {
    Migration::new("asset_0001_create", |steps| {
        steps.create_table(
            Table::create()
                .table("user_asset_tb")
                .col(big_integer("id").primary_key())
                .col(big_integer("user_id"))
                .col(string_len("app_id", 64))
                .col(big_integer("value"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_user_asset_tb_user")
                .table("user_asset_tb")
                .col("user_id")
                .to_owned(),
        );
        steps.create_table(
            Table::create()
                .table("asset_log_tb")
                .col(big_integer("id").primary_key())
                .col(big_integer("asset_id"))
                .col(big_integer("user_id"))
                .col(string_len_null("note", 100))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_log_user")
                .table("asset_log_tb")
                .col("user_id")
                .to_owned(),
        );
    })
}

pub(crate) fn spec(table: &str, key: &str, count: u16, scheme: Scheme) -> ShardSpec {
    ShardSpec {
        table: table.to_owned(),
        key: key.to_owned(),
        count,
        scheme,
    }
}

impl World {
    /// Both tables by slot of the player, in `count` physical tables each.
    pub(crate) async fn new(database: Database, count: u16) -> Self {
        let specs = vec![
            spec("user_asset_tb", "user_id", count, Scheme::Slot),
            spec("asset_log_tb", "user_id", count, Scheme::Slot),
        ];
        Self::with(database, specs).await
    }

    pub(crate) async fn with(database: Database, specs: Vec<ShardSpec>) -> Self {
        let streams = vec![shard_layout(), Stream::new("asset", vec![tables()])];
        let migrator = Migrator::new(streams).unwrap().sharded(specs);
        migrator
            .up(&database.conn, &Options::default())
            .await
            .unwrap();
        Self {
            shards: Arc::new(Shards::new(database.conn.clone())),
            database,
            migrator,
        }
    }

    /// One on each kind of database.
    pub(crate) async fn each(count: u16) -> [Self; 3] {
        let [sqlite, mysql, postgres] = Database::each().await;
        [
            Self::new(sqlite, count).await,
            Self::new(mysql, count).await,
            Self::new(postgres, count).await,
        ]
    }

    pub(crate) fn of(&self, user: i64) -> ShardConn {
        ShardConn::new(Arc::clone(&self.shards), key(user))
    }

    pub(crate) fn scatter(&self) -> Scatter {
        Scatter::new(Arc::clone(&self.shards))
    }

    /// One balance for each of these players, id and value equal to the player's.
    pub(crate) async fn fill(&self, users: impl Iterator<Item = i64>) {
        for user in users {
            let row = asset(user, user);
            asset::Entity::insert(row)
                .exec(&self.of(user))
                .await
                .unwrap();
        }
    }

    /// How rows are moved in tests: nobody waits long for a connection.
    pub(crate) fn plan<'a>(
        &'a self,
        options: &'a Options,
        progress: &'a (dyn Fn(&Progress) + Send + Sync),
    ) -> Plan<'a> {
        Plan {
            conn: &self.database.conn,
            options,
            patience: Duration::from_millis(100),
            progress,
        }
    }

    pub(crate) async fn drop(self) {
        drop(self.shards);
        self.database.drop().await;
    }
}

pub(crate) fn key(user: i64) -> ShardKey {
    ShardKey::user("demo", Id::new(user))
}

pub(crate) fn asset(id: i64, user: i64) -> asset::ActiveModel {
    asset::ActiveModel {
        id: Set(id),
        user_id: Set(user),
        app_id: Set("demo".to_owned()),
        value: Set(user),
    }
}

pub(crate) fn log(id: i64, asset: i64, user: i64, note: &str) -> log::ActiveModel {
    log::ActiveModel {
        id: Set(id),
        asset_id: Set(asset),
        user_id: Set(user),
        note: Set(Some(note.to_owned())),
    }
}
