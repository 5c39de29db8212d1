//! A process that reads and writes through the cache, and knows what it must not see.
//!
//! Each row has a version that only grows. Once an invalidation has finished, its writer raises the
//! row's *floor*, in another Redis than the cache's. A reader looks at the floor, then begins its
//! read: a version below that floor is older than an invalidation that finished before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::cache::{CacheGroup, CachedExt as _};
use cloudapp_runtime::config::Config;
use cloudapp_runtime::db;
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::random;
use cloudapp_runtime::types::Id;
use redis::aio::MultiplexedConnection;
use sea_orm::{ConnectionTrait, EntityTrait as _, Statement};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::world::{app, prize};

/// Tells the second run of the test program what to do.
pub(super) const ORDER: &str = "IT_CACHE_WORKER";
/// Before the line that the worker reports.
pub(super) const MARK: &str = "REPORT ";
/// Rows that are read and written.
pub(super) const ROWS: i64 = 4;

/// What a worker is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) database: String,
    pub(super) redis: String,
    pub(super) prefix: String,
    /// The Redis of the floors, and what their keys begin with.
    pub(super) floors: String,
    pub(super) readers: u64,
    pub(super) writers: u64,
    /// Of each writer.
    pub(super) writes: u64,
    /// Milliseconds between two writes of a writer.
    pub(super) pause_ms: u64,
    /// Workers; all read on until the last of them has written.
    pub(super) workers: u64,
}

/// What a worker did and saw.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) reads: u64,
    pub(super) hits: u64,
    pub(super) bypasses: u64,
    pub(super) loads: u64,
    pub(super) writes: u64,
    pub(super) longest_read_ms: u64,
    pub(super) longest_write_ms: u64,
    /// Versions below the floor.
    pub(super) outdated: u64,
    pub(super) errors: Vec<String>,
}

/// Stands for the `main` of the worker.
#[test]
fn the_worker() {
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build().unwrap();
    let order = serde_json::from_str(&order).unwrap();
    let report = runtime.block_on(work(order));
    println!("\n{MARK}{}", serde_json::to_string(&report).unwrap());
}

/// An instance of the app.
pub(super) async fn instance(order: &Order) -> Context {
    let mut config = Config::default();
    config.database.url = cloudapp_runtime::config::Secret::new(&order.database);
    config.redis.url = cloudapp_runtime::config::Secret::new(&order.redis);
    config.cache.prefix.clone_from(&order.prefix);
    Context::connect(&app(), config).await.unwrap()
}

pub(super) fn group(row: i64) -> CacheGroup {
    CacheGroup::of("prize").and(Id::new(row))
}

pub(super) async fn read(ctx: &Context, row: i64) -> AppResult<i64> {
    let select = prize::Entity::find_by_id(Id::new(row));
    let found = select.cached(ctx, group(row)).one().await?;
    Ok(found.map_or(-1, |row| row.version))
}

async fn raise(txn: &impl ConnectionTrait, row: i64) -> AppResult<i64> {
    let sql =
        format!("UPDATE prize_tb SET version = version + 1 WHERE id = {row} RETURNING version");
    let statement = Statement::from_string(txn.get_database_backend(), sql);
    let updated = txn.query_one_raw(statement).await?.unwrap();
    Ok(updated.try_get_by_index(0)?)
}

/// Raises a row's version; in the two ways that there are. Returns the version.
pub(super) async fn write(ctx: &Context, row: i64, in_one: bool) -> AppResult<i64> {
    let groups = [group(row)];
    if in_one {
        let done = ctx
            .cache()
            .write(ctx.db(), &groups, |txn| Box::pin(raise(txn, row)));
        return done.await;
    }
    let version = db::transaction(ctx.db(), |txn| Box::pin(raise(txn, row))).await?;
    ctx.cache().invalidate(&groups).await?;
    Ok(version)
}

#[derive(Clone)]
pub(super) struct Floors {
    conn: MultiplexedConnection,
    prefix: String,
}

impl Floors {
    pub(super) async fn connect(order: &Order) -> Self {
        let client = redis::Client::open(order.floors.as_str()).unwrap();
        Self {
            conn: client.get_multiplexed_async_connection().await.unwrap(),
            prefix: format!("floor:{}", order.prefix),
        }
    }

    fn key(&self, row: i64) -> String {
        format!("{}:{row}", self.prefix)
    }

    pub(super) async fn get(&self, row: i64) -> i64 {
        let mut get = redis::cmd("GET");
        let floor: Option<i64> = get
            .arg(self.key(row))
            .query_async(&mut self.conn.clone())
            .await
            .unwrap();
        floor.unwrap_or_default()
    }

    pub(super) async fn raise(&self, row: i64, to: i64) {
        let script = "if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then \
                      redis.call('SET', KEYS[1], ARGV[1], 'EX', 3600) end";
        let script = redis::Script::new(script);
        let call = script
            .key(self.key(row))
            .arg(to)
            .invoke_async::<()>(&mut self.conn.clone())
            .await;
        call.unwrap();
    }

    async fn done(&self, more: u64) -> u64 {
        let key = format!("{}:done", self.prefix);
        let mut add = redis::cmd("INCRBY");
        add.arg(key)
            .arg(more)
            .query_async(&mut self.conn.clone())
            .await
            .unwrap()
    }
}

#[derive(Default)]
struct Tally {
    reads: AtomicU64,
    outdated: AtomicU64,
    longest_read_ms: AtomicU64,
    writes: AtomicU64,
    longest_write_ms: AtomicU64,
    errors: std::sync::Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Tally {
    fn error(&self, what: &str, error: &cloudapp_runtime::error::AppError) {
        let mut errors = self.errors.lock().unwrap();
        if errors.len() < 10 {
            errors.push(format!("{what}: {}", error.detail()));
        }
    }
}

fn ms(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap()
}

async fn read_on(ctx: Context, floors: Floors, tally: Arc<Tally>) {
    while !tally.is_over.load(Ordering::Relaxed) {
        let row = 1 + random::below(ROWS as u64).unwrap() as i64;
        let floor = floors.get(row).await;
        let begun = Instant::now();
        match read(&ctx, row).await {
            Ok(version) if version < floor => {
                tally.outdated.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => {}
            Err(error) => tally.error("read", &error),
        }
        tally
            .longest_read_ms
            .fetch_max(ms(begun), Ordering::Relaxed);
        tally.reads.fetch_add(1, Ordering::Relaxed);
    }
}

async fn write_all(ctx: Context, floors: Floors, tally: Arc<Tally>, order: Order) {
    for number in 0..order.writes {
        let row = 1 + random::below(ROWS as u64).unwrap() as i64;
        let begun = Instant::now();
        match write(&ctx, row, number % 2 == 0).await {
            Ok(version) => floors.raise(row, version).await,
            Err(error) => tally.error("write", &error),
        }
        tally
            .longest_write_ms
            .fetch_max(ms(begun), Ordering::Relaxed);
        tally.writes.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(order.pause_ms)).await;
    }
}

async fn work(order: Order) -> Report {
    let ctx = instance(&order).await;
    let floors = Floors::connect(&order).await;
    let tally = Arc::new(Tally::default());
    let mut readers = JoinSet::new();
    for _ in 0..order.readers {
        readers.spawn(read_on(ctx.clone(), floors.clone(), Arc::clone(&tally)));
    }
    let mut writers = JoinSet::new();
    for _ in 0..order.writers {
        writers.spawn(write_all(
            ctx.clone(),
            floors.clone(),
            Arc::clone(&tally),
            order.clone(),
        ));
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    floors.done(1).await;
    while floors.done(0).await < order.workers {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    tally.is_over.store(true, Ordering::Relaxed);
    while let Some(done) = readers.join_next().await {
        done.unwrap();
    }
    let counts = ctx.cache().counts("prize");
    ctx.close().await;
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    Report {
        reads: of(&tally.reads),
        hits: counts.local_hits + counts.redis_hits,
        bypasses: counts.bypasses,
        loads: counts.loads,
        writes: of(&tally.writes),
        longest_read_ms: of(&tally.longest_read_ms),
        longest_write_ms: of(&tally.longest_write_ms),
        outdated: of(&tally.outdated),
        errors: tally.errors.lock().unwrap().clone(),
    }
}
