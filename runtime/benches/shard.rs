//! What a sharded table costs against a plain one: the same query by SeaORM, in turns.
//!
//! `cargo bench -p cloudapp-runtime --all-features --bench shard` measures SQLite in memory;
//! `CLOUDAPP_TEST_MYSQL_URL` and `CLOUDAPP_TEST_POSTGRES_URL` add a server each. Prints a Markdown
//! table: microseconds per statement one after the other, and the ratio of the throughput of 16
//! tasks.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloudapp_runtime::config::Secret;
use cloudapp_runtime::db::{self, PoolOptions};
use cloudapp_runtime::id::Id;
use cloudapp_runtime::migrate::prelude::*;
use cloudapp_runtime::migrate::shard::{Scheme, ShardSpec, shard_layout};
use cloudapp_runtime::migrate::{Migrator, Options};
use cloudapp_runtime::random;
use cloudapp_runtime::shard::{ShardConn, ShardKey, Shards};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel, PrimaryKeyTrait,
    QueryTrait,
};

const ROWS: i64 = 1_000;
const ROUNDS: usize = 21;
const TASKS: usize = 16;
const WARM_UP: usize = 3;

macro_rules! entity {
    ($name:ident, $table:literal) => {
        mod $name {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub(crate) struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub(crate) id: i64,
                pub(crate) user_id: i64,
                pub(crate) app_id: String,
                pub(crate) value: i64,
            }

            impl Model {
                pub(crate) fn of(id: i64) -> Self {
                    Self {
                        id,
                        user_id: id,
                        app_id: "demo".to_owned(),
                        value: 0,
                    }
                }
            }

            #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
            pub(crate) enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

entity!(sharded, "user_asset_tb");
entity!(plain, "plain_asset_tb");

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    naming().await?;
    println!("| database | plain µs | sharded µs | more, µs | throughput, sharded / plain |");
    println!("|---|---:|---:|---:|---:|");
    measure("SQLite in memory", "sqlite::memory:", 1_000, 1).await?;
    for (name, variable) in [
        ("MariaDB", "CLOUDAPP_TEST_MYSQL_URL"),
        ("PostgreSQL", "CLOUDAPP_TEST_POSTGRES_URL"),
    ] {
        if let Ok(server) = std::env::var(variable) {
            on_server(name, &server).await?;
        }
    }
    Ok(())
}

/// What a key, a connection and physical names add to the building of a statement, without any
/// database.
async fn naming() -> Outcome<()> {
    const STATEMENTS: u32 = 20_000;
    let conn = db::connect(&pool("sqlite::memory:")).await?;
    create(&conn, 16).await?;
    let shards = Arc::new(Shards::new(conn.clone()));
    let (mut plain, mut sharded) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for id in 0..i64::from(STATEMENTS) {
            let statement = plain::Entity::find_by_id(id).build(DbBackend::Sqlite);
            std::hint::black_box(statement);
        }
        plain.push(begun.elapsed().as_secs_f64() * 1e6 / f64::from(STATEMENTS));
        let begun = Instant::now();
        for id in 0..i64::from(STATEMENTS) {
            let mut statement = sharded::Entity::find_by_id(id).build(DbBackend::Sqlite);
            let key = ShardKey::user("demo", Id::new(id));
            let conn = ShardConn::new(Arc::clone(&shards), key);
            statement.sql = conn.physical_sql(&statement.sql).await?;
            std::hint::black_box(statement);
        }
        sharded.push(begun.elapsed().as_secs_f64() * 1e6 / f64::from(STATEMENTS));
    }
    let (plain, sharded) = (median(plain), median(sharded));
    println!(
        "Building a SELECT takes {plain:.2} µs; with a key, a connection and physical names \
         {sharded:.2} µs: {:.2} µs more.\n",
        sharded - plain
    );
    Ok(())
}

fn pool(url: &str) -> PoolOptions {
    PoolOptions {
        url: Secret::new(url),
        max_connections: TASKS.try_into().unwrap_or(16),
        connect_timeout: Duration::from_secs(10),
        slow_query: Duration::from_secs(5),
    }
}

/// Measures in a database of its own.
async fn on_server(name: &str, server: &str) -> Outcome<()> {
    let database = format!("bench_{}", random::hex::<8>()?);
    let base = match server.strip_suffix('/') {
        Some(base) => base,
        None => server.rsplit_once('/').map_or(server, |(base, _)| base),
    };
    let admin_url = if server.starts_with("mysql") {
        format!("{base}/mysql")
    } else {
        server.to_owned()
    };
    let admin = db::connect(&pool(&admin_url)).await?;
    admin
        .execute_unprepared(&format!("CREATE DATABASE {database}"))
        .await?;
    let outcome = measure(name, &format!("{base}/{database}"), 1_000, 16).await;
    admin
        .execute_unprepared(&format!("DROP DATABASE {database}"))
        .await?;
    outcome
}

async fn measure(name: &str, url: &str, batch: i64, tables: u16) -> Outcome<()> {
    let conn = db::connect(&pool(url)).await?;
    create(&conn, tables).await?;
    let shards = Arc::new(Shards::new(conn.clone()));
    let key = |id: i64| ShardKey::user("demo", Id::new(id));
    for id in 1..=ROWS {
        plain::Entity::insert(plain::Model::of(id).into_active_model())
            .exec(&conn)
            .await?;
        sharded::Entity::insert(sharded::Model::of(id).into_active_model())
            .exec(&ShardConn::new(Arc::clone(&shards), key(id)))
            .await?;
    }
    let of = |id: i64| ShardConn::new(Arc::clone(&shards), key(id));
    // Every connection prepares the statement of every table once; that is not what is measured.
    for _ in 0..WARM_UP {
        throughput(batch * 4, |_| conn.clone()).await?;
        throughput_sharded(batch * 4, of).await?;
    }
    let (mut plain_us, mut sharded_us) = (Vec::new(), Vec::new());
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let mut of_plain = 0.0;
        let mut of_sharded = 0.0;
        // In turns, so that neither always comes first.
        for half in 0..2 {
            if (round + half) % 2 == 0 {
                let begun = Instant::now();
                for id in 0..batch {
                    find::<plain::Entity, _>(&conn, 1 + id % ROWS).await?;
                }
                plain_us.push(begun.elapsed().as_secs_f64() * 1e6 / batch as f64);
                of_plain = throughput(batch, |_| conn.clone()).await?;
            } else {
                let begun = Instant::now();
                for id in 0..batch {
                    let id = 1 + id % ROWS;
                    find::<sharded::Entity, _>(&of(id), id).await?;
                }
                sharded_us.push(begun.elapsed().as_secs_f64() * 1e6 / batch as f64);
                of_sharded = throughput_sharded(batch, of).await?;
            }
        }
        ratios.push(of_sharded / of_plain);
    }
    let more: Vec<f64> = sharded_us
        .iter()
        .zip(&plain_us)
        .map(|(a, b)| a - b)
        .collect();
    println!(
        "| {name}, {tables} tables | {:.2} | {:.2} | {:.2} | {:.3} |",
        median(plain_us),
        median(sharded_us),
        median(more),
        median(ratios)
    );
    conn.close().await?;
    Ok(())
}

async fn create(conn: &DatabaseConnection, tables: u16) -> Outcome<()> {
    let both = |steps: &mut Steps| {
        for table in ["user_asset_tb", "plain_asset_tb"] {
            steps.create_table(
                Table::create()
                    .table(table)
                    .col(big_integer("id").primary_key())
                    .col(big_integer("user_id"))
                    .col(string_len("app_id", 64))
                    .col(big_integer("value"))
                    .to_owned(),
            );
        }
    };
    let stream = Stream::new("bench", vec![Migration::new("bench_0001_create", both)]);
    let migrator = Migrator::new(vec![shard_layout(), stream])?.sharded(vec![ShardSpec {
        table: "user_asset_tb".to_owned(),
        key: "user_id".to_owned(),
        count: tables,
        scheme: Scheme::Slot,
    }]);
    migrator.up(conn, &Options::default()).await?;
    Ok(())
}

async fn find<E, C>(conn: &C, id: i64) -> Outcome<()>
where
    E: EntityTrait,
    E::PrimaryKey: PrimaryKeyTrait<ValueType = i64>,
    C: ConnectionTrait,
{
    let row = E::find_by_id(id).one(conn).await?;
    row.map(|_| ()).ok_or_else(|| "a row is gone".into())
}

macro_rules! throughput {
    ($name:ident, $entity:ty, $conn:ty) => {
        /// Statements per second of 16 tasks.
        async fn $name(batch: i64, conn: impl Fn(i64) -> $conn) -> Outcome<f64> {
            let begun = Instant::now();
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..TASKS {
                let conns: Vec<(i64, $conn)> = (1..=batch / 4)
                    .map(|id| (1 + id % ROWS, conn(1 + id % ROWS)))
                    .collect();
                tasks.spawn(async move {
                    for (id, conn) in &conns {
                        find::<$entity, _>(conn, *id).await?;
                    }
                    Ok::<(), Box<dyn Error + Send + Sync>>(())
                });
            }
            while let Some(done) = tasks.join_next().await {
                done??;
            }
            Ok(TASKS as f64 * (batch / 4) as f64 / begun.elapsed().as_secs_f64())
        }
    };
}

throughput!(throughput, plain::Entity, DatabaseConnection);
throughput!(throughput_sharded, sharded::Entity, ShardConn);

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
