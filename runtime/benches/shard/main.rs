//! What a sharded table costs against plain ones: the same statement by SeaORM on 16 tables each.
//!
//! `cargo bench -p cloudapp-runtime --all-features --bench shard` measures SQLite in memory;
//! `CLOUDAPP_TEST_MYSQL_URL` and `CLOUDAPP_TEST_POSTGRES_URL` add a server each.
//! `CLOUDAPP_BENCH_ROUNDS` (41) says how long: a round is four slices of 150 ms, plain, sharded,
//! sharded, plain, and the next one the other way about. Prints a Markdown table: the median of the
//! rounds' ratios with its 95 % confidence interval, for the throughput of 16 tasks and for the CPU
//! time of this process per statement. Linux only.

mod stats;
mod table;

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
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel, QueryTrait,
    TransactionTrait,
};

use stats::{Median, cpu_seconds};
use table::{LOGICAL, PHYSICAL, PLAIN, TABLES, Work, use_name};

const ROUNDS: usize = 41;
const SLICE: Duration = Duration::from_millis(150);
/// A multiple of the tasks, so that no two of them want the same row.
const ROWS: i64 = 1_024;
const TASKS: usize = 16;
/// Statements of one task between two looks at the clock.
const BURST: i64 = 4;
const MICRO: f64 = 1e6;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let rounds = match std::env::var("CLOUDAPP_BENCH_ROUNDS") {
        Ok(text) => text.parse()?,
        Err(_) => ROUNDS,
    };
    naming(rounds).await?;
    println!(
        "| database | statement | plain/s | sharded/s | throughput, sharded / plain | plain, CPU µs \
         | sharded, CPU µs | CPU, sharded / plain |"
    );
    println!("|---|---|---:|---:|---|---:|---:|---|");
    measure("SQLite in memory", "sqlite::memory:", 1, rounds).await?;
    for (name, variable) in [
        ("MariaDB", "CLOUDAPP_TEST_MYSQL_URL"),
        ("PostgreSQL", "CLOUDAPP_TEST_POSTGRES_URL"),
    ] {
        if let Ok(server) = std::env::var(variable) {
            on_server(name, &server, rounds).await?;
        }
    }
    Ok(())
}

/// What a key, a connection and physical names add to the building of a statement, without any
/// database.
async fn naming(rounds: usize) -> Outcome<()> {
    const STATEMENTS: u32 = 10_000;
    let conn = db::connect(&pool("sqlite::memory:")).await?;
    create(&conn).await?;
    let shards = Arc::new(Shards::new(conn.clone()));
    let each = |begun: Instant| begun.elapsed().as_secs_f64() * MICRO / f64::from(STATEMENTS);
    let (mut plain, mut more) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let begun = Instant::now();
        for id in 0..i64::from(STATEMENTS) {
            use_name(PLAIN[0]);
            let statement = table::Entity::find_by_id(id).build(DbBackend::Sqlite);
            std::hint::black_box(statement);
        }
        let of_plain = each(begun);
        let begun = Instant::now();
        for id in 0..i64::from(STATEMENTS) {
            use_name(LOGICAL);
            let mut statement = table::Entity::find_by_id(id).build(DbBackend::Sqlite);
            let conn = sharded(&shards, id);
            statement.sql = conn.physical_sql(&statement.sql).await?;
            std::hint::black_box(statement);
        }
        more.push(each(begun) - of_plain);
        plain.push(of_plain);
    }
    println!(
        "Building a SELECT takes {:.2} µs; a key, a connection and physical names add {:.2} µs.\n",
        Median::of(plain),
        Median::of(more)
    );
    Ok(())
}

/// As a handler does it: the key is made, and cloned into a connection.
fn sharded(shards: &Arc<Shards>, id: i64) -> ShardConn {
    let key = ShardKey::user("demo", Id::new(id));
    ShardConn::new(Arc::clone(shards), key.clone())
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
async fn on_server(name: &str, server: &str, rounds: usize) -> Outcome<()> {
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
    let outcome = measure(name, &format!("{base}/{database}"), TASKS, rounds).await;
    admin
        .execute_unprepared(&format!("DROP DATABASE {database}"))
        .await?;
    outcome
}

async fn measure(name: &str, url: &str, connections: usize, rounds: usize) -> Outcome<()> {
    let conn = db::connect(&pool(url)).await?;
    create(&conn).await?;
    let bench = Bench::fill(conn.clone()).await?;
    bench.prepare(connections).await?;
    let bench = Arc::new(bench);
    for work in Work::ALL {
        let measured = bench.rounds(work, rounds).await?;
        println!("| {name} | {work:?} | {measured}");
    }
    conn.close().await?;
    Ok(())
}

/// The logical table in 16 physical ones, and 16 plain tables like them.
async fn create(conn: &DatabaseConnection) -> Outcome<()> {
    let all = |steps: &mut Steps| {
        for table in PLAIN.into_iter().chain([LOGICAL]) {
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
    let stream = Stream::new("bench", vec![Migration::new("bench_0001_create", all)]);
    let migrator = Migrator::new(vec![shard_layout(), stream])?.sharded(vec![ShardSpec {
        table: LOGICAL.to_owned(),
        key: "user_id".to_owned(),
        count: TABLES.try_into()?,
        scheme: Scheme::Slot,
    }]);
    migrator.up(conn, &Options::default()).await?;
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Plain,
    Sharded,
}

/// What the slices of one side came to.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    statements: f64,
    wall_s: f64,
    cpu_s: f64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.statements += other.statements;
        self.wall_s += other.wall_s;
        self.cpu_s += other.cpu_s;
    }

    fn per_second(self) -> f64 {
        self.statements / self.wall_s
    }

    fn cpu_us(self) -> f64 {
        self.cpu_s * MICRO / self.statements
    }
}

struct Bench {
    conn: DatabaseConnection,
    shards: Arc<Shards>,
    /// The plain table of each row, by id: the one with the number of its physical table.
    homes: Vec<&'static str>,
}

impl Bench {
    /// Puts each row in a sharded table, and in the plain one with the same number.
    async fn fill(conn: DatabaseConnection) -> Outcome<Self> {
        let shards = Arc::new(Shards::new(conn.clone()));
        let mut homes = Vec::new();
        for id in 0..=ROWS {
            let physical = sharded(&shards, id).physical_table(LOGICAL).await?;
            let number = PHYSICAL.iter().position(|name| *name == physical);
            homes.push(PLAIN[number.ok_or("an unknown table")?]);
        }
        let rows_of = |home: &str| {
            let ids = (1..=ROWS).filter(|id| homes[*id as usize] == home);
            ids.collect::<Vec<i64>>()
        };
        for home in PLAIN {
            let ids = rows_of(home);
            let first = *ids.first().ok_or("a table without rows")?;
            let models = || {
                ids.iter()
                    .map(|id| table::Model::of(*id).into_active_model())
            };
            use_name(home);
            let insert = table::Entity::insert_many(models());
            insert.exec_without_returning(&conn).await?;
            use_name(LOGICAL);
            let insert = table::Entity::insert_many(models());
            let to = sharded(&shards, first);
            insert.exec_without_returning(&to).await?;
        }
        Ok(Self {
            conn,
            shards,
            homes,
        })
    }

    /// Makes every connection of the pool prepare every statement, of both sides.
    async fn prepare(&self, connections: usize) -> Outcome<()> {
        let text = |name| {
            use_name(name);
            let select = table::Entity::find_by_id(1_i64);
            select.build(self.conn.get_database_backend()).sql
        };
        let conn = sharded(&self.shards, 1);
        let physical = conn.physical_table(LOGICAL).await?;
        let number = PHYSICAL.iter().position(|name| *name == physical);
        let expected = text(PHYSICAL[number.unwrap_or(0)]);
        if conn.physical_sql(&text(LOGICAL)).await? != expected {
            return Err("the statements differ".into());
        }
        // A transaction keeps its connection, so these are all there are.
        let mut transactions = Vec::new();
        for _ in 0..connections {
            transactions.push(self.conn.begin().await?);
        }
        for transaction in transactions {
            for name in PLAIN.into_iter().chain(PHYSICAL) {
                for work in Work::ALL {
                    // No row has this id: nothing is locked that another one wants.
                    use_name(name);
                    work.on(&transaction, 0).await?;
                }
            }
            transaction.rollback().await?;
        }
        Ok(())
    }

    async fn one(&self, side: Side, work: Work, id: i64) -> Outcome<()> {
        let rows = match side {
            Side::Plain => {
                use_name(self.homes[id as usize]);
                work.on(&self.conn, id).await?
            }
            Side::Sharded => {
                let conn = sharded(&self.shards, id);
                use_name(LOGICAL);
                work.on(&conn, id).await?
            }
        };
        if rows == 1 {
            Ok(())
        } else {
            Err("a row is gone".into())
        }
    }

    /// What 16 tasks get done in one slice.
    async fn slice(self: &Arc<Self>, side: Side, work: Work) -> Outcome<Sum> {
        let cpu_s = cpu_seconds()?;
        let begun = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for task in 1..=TASKS as i64 {
            let bench = Arc::clone(self);
            tasks.spawn(async move {
                let mut done = 0;
                while begun.elapsed() < SLICE {
                    for _ in 0..BURST {
                        let id = task + done * TASKS as i64 % ROWS;
                        bench.one(side, work, id).await?;
                        done += 1;
                    }
                }
                Outcome::Ok(done)
            });
        }
        let mut statements = 0;
        while let Some(done) = tasks.join_next().await {
            statements += done??;
        }
        Ok(Sum {
            statements: statements as f64,
            wall_s: begun.elapsed().as_secs_f64(),
            cpu_s: cpu_seconds()? - cpu_s,
        })
    }

    /// Measures in turns; answers a row of the table.
    async fn rounds(self: &Arc<Self>, work: Work, rounds: usize) -> Outcome<String> {
        let (mut throughput, mut cpu) = (Vec::new(), Vec::new());
        let (mut all_plain, mut all_sharded) = (Sum::default(), Sum::default());
        // The first two are for caches and the processor's clock, and are not counted.
        for round in 0..rounds + 2 {
            let (mut plain, mut sharded) = (Sum::default(), Sum::default());
            for turn in 0..4 {
                let is_outer = turn == 0 || turn == 3;
                if is_outer == (round % 2 == 0) {
                    plain.add(self.slice(Side::Plain, work).await?);
                } else {
                    sharded.add(self.slice(Side::Sharded, work).await?);
                }
            }
            if round < 2 {
                continue;
            }
            throughput.push(sharded.per_second() / plain.per_second());
            cpu.push(sharded.cpu_us() / plain.cpu_us());
            all_plain.add(plain);
            all_sharded.add(sharded);
        }
        Ok(format!(
            "{:.0} | {:.0} | {:.3} | {:.2} | {:.2} | {:.3} |",
            all_plain.per_second(),
            all_sharded.per_second(),
            Median::of(throughput),
            all_plain.cpu_us(),
            all_sharded.cpu_us(),
            Median::of(cpu)
        ))
    }
}
