//! Keys of every type that a generated module may be sharded by are moved.

use std::sync::Arc;
use std::time::Duration;

use cloudapp_runtime::migrate::prelude::*;
use cloudapp_runtime::migrate::shard::{Scheme, shard_layout};
use cloudapp_runtime::migrate::{Migrator, Options};
use cloudapp_runtime::shard::reshard::{Plan, reshard};
use cloudapp_runtime::shard::{ShardConn, ShardKey, Shards};
use cloudapp_runtime::types::Uuid;
use sea_orm::DatabaseConnection;

use super::world::spec;
use crate::support::database::Database;

const TABLES: [&str; 2] = ["code_tb", "badge_tb"];

/// Each with a row of this uuid: as text, and as a uuid.
fn code(table: &str, uuid: Uuid) -> Expr {
    match table {
        "code_tb" => Expr::val(uuid.to_string()),
        _ => Expr::val(uuid),
    }
}

fn tables() -> Migration {
    Migration::new("key_0001_create", |steps| {
        let id = || big_integer("id").primary_key().to_owned();
        let columns = [string_len("code", 64), uuid("code")];
        for (table, code) in TABLES.into_iter().zip(columns) {
            steps.create_table(Table::create().table(table).col(id()).col(code).to_owned());
        }
    })
}

fn conn_of(db: &DatabaseConnection, uuid: Uuid) -> ShardConn {
    let shards = Arc::new(Shards::new(db.clone()));
    ShardConn::new(shards, ShardKey::new("code", uuid.to_string()))
}

async fn moves(database: Database) {
    let db = &database.conn;
    let migrator = Migrator::new(vec![shard_layout(), Stream::new("key", vec![tables()])]);
    let specs = TABLES.map(|table| spec(table, "code", 2, Scheme::Slot));
    let migrator = migrator.unwrap().sharded(specs.to_vec());
    migrator.up(db, &Options::default()).await.unwrap();
    let uuids: Vec<(i64, Uuid)> = (1..=40)
        .map(|n| (n, Uuid::from_u128(77_777 << n)))
        .collect();
    for table in TABLES {
        for (id, uuid) in &uuids {
            let insert = Query::insert()
                .into_table(table)
                .columns(["id", "code"])
                .values_panic([Expr::val(*id), code(table, *uuid)])
                .to_owned();
            conn_of(db, *uuid).execute(&insert).await.unwrap();
        }
    }
    let options = Options::default();
    let plan = Plan {
        conn: db,
        options: &options,
        patience: Duration::from_millis(100),
        progress: &|_| {},
    };
    for table in TABLES {
        let summary = reshard(&plan, table, 5).await.unwrap();
        assert!(summary.processed > 0, "{summary:?}");
        for (id, uuid) in &uuids {
            let find = Query::select()
                .column("id")
                .from(table)
                .and_where(Expr::col("id").eq(*id))
                .to_owned();
            let row = conn_of(db, *uuid).query_one(&find).await.unwrap();
            assert!(row.is_some(), "{table} {uuid}");
        }
    }
    database.drop().await;
}

#[tokio::test]
async fn text_and_uuid_keys_are_moved() {
    let [sqlite, mysql, postgres] = Database::each().await;
    tokio::join!(moves(sqlite), moves(mysql), moves(postgres));
}
