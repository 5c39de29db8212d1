//! What a read through the cache costs: in the process alone, and with Redis beside a bare `GET`.
//!
//! `cargo bench -p cloudapp-runtime --all-features --bench cache` measures the process alone;
//! `CLOUDAPP_TEST_REDIS_URL` adds Redis. `CLOUDAPP_BENCH_ROUNDS` (41) says how long: each round
//! measures a slice of every kind, one after the other, in one task. Prints a Markdown table: the
//! median of the rounds' means with its 95 % confidence interval, and the ratio to a bare `GET` of
//! a value of the same size by the same client library.

#[path = "../shard/stats.rs"]
#[expect(
    dead_code,
    reason = "shared with the benchmark of shards, which uses more of it"
)]
mod stats;

use std::error::Error;
use std::time::{Duration, Instant};

use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::cache::{CacheGroup, CacheKey};
use cloudapp_runtime::config::{Config, Secret};
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::random;
use cloudapp_runtime::types::Id;
use redis::aio::MultiplexedConnection;
use serde::{Deserialize, Serialize};

use stats::Median;

const ROUNDS: usize = 41;
/// Reads of one slice, in the process and over the loopback.
const LOCAL_READS: u32 = 20_000;
const REMOTE_READS: u32 = 1_000;
const MICRO: f64 = 1e6;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// About what an activity's settings are.
#[derive(Serialize, Deserialize)]
struct Settings {
    id: Id,
    title: String,
    rules: Vec<String>,
}

fn settings() -> Settings {
    let rule = |n: u32| format!("rule {n}: once a day, from eight in the morning");
    Settings {
        id: Id::new(1),
        title: "Midnight lottery".to_owned(),
        rules: (0..10).map(rule).collect(),
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let rounds = match std::env::var("CLOUDAPP_BENCH_ROUNDS") {
        Ok(text) => text.parse()?,
        Err(_) => ROUNDS,
    };
    println!("| read | µs | / bare `GET` |");
    println!("|---|---|---|");
    let alone = context("", "", 64).await?;
    let mut local = Vec::new();
    for _ in 0..rounds {
        local.push(reads(&alone, Duration::ZERO, LOCAL_READS).await?);
    }
    println!("| hit in the process, no Redis | {} | |", Median::of(local));
    alone.close().await;
    if let Ok(url) = std::env::var("CLOUDAPP_TEST_REDIS_URL") {
        with_redis(&url, rounds).await?;
    }
    Ok(())
}

async fn with_redis(url: &str, rounds: usize) -> Outcome<()> {
    let prefix = random::hex::<8>()?;
    let ctx = context(url, &prefix, 64).await?;
    // One that can hold nothing itself.
    let forgetful = context(url, &prefix, 0).await?;
    let client = redis::Client::open(url)?;
    let mut conn = client.get_multiplexed_async_connection().await?;
    let name = format!("bench:{}", random::hex::<8>()?);
    let json = serde_json::to_vec(&settings())?;
    let mut set = redis::cmd("SET");
    let () = set.arg(&name).arg(json).query_async(&mut conn).await?;
    let hour = Duration::from_secs(3600);
    let (mut bare, mut asked, mut fetched, mut trusted) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        bare.push(gets(&mut conn, &name).await?);
        asked.push(reads(&ctx, Duration::ZERO, REMOTE_READS).await?);
        fetched.push(reads(&forgetful, Duration::ZERO, REMOTE_READS).await?);
        trusted.push(reads(&ctx, hour, LOCAL_READS).await?);
    }
    let ratio = |times: &[f64]| {
        Median::of(
            times
                .iter()
                .zip(&bare)
                .map(|(time, bare)| time / bare)
                .collect(),
        )
    };
    let row = |name: &str, times: &[f64]| {
        println!(
            "| {name} | {} | {} |",
            Median::of(times.to_vec()),
            ratio(times)
        );
    };
    row("bare `GET`", &bare);
    row("value in the process, versions asked of Redis", &asked);
    row("value and versions from Redis", &fetched);
    row("value in the process, `max_staleness` of an hour", &trusted);
    let mut delete = redis::cmd("DEL");
    let () = delete.arg(&name).query_async(&mut conn).await?;
    ctx.close().await;
    forgetful.close().await;
    Ok(())
}

async fn context(redis: &str, prefix: &str, local_mb: u64) -> Outcome<Context> {
    let mut config = Config::default();
    config.database.url = Secret::new("sqlite::memory:");
    config.database.max_connections = 1;
    config.redis.url = Secret::new(redis);
    config.cache.prefix = prefix.to_owned();
    config.cache.local_mb = local_mb;
    let ctx = Context::connect(&App::new("bench", "1.0.0"), config).await?;
    for (group, migrator) in ctx.migrators() {
        let options = Options::default();
        migrator.up(ctx.db_of(*group), &options).await?;
    }
    Ok(ctx)
}

/// Mean microseconds of a read that finds its value; the first one, which loads it, not counted.
async fn reads(ctx: &Context, staleness: Duration, count: u32) -> Outcome<f64> {
    read(ctx, 1, staleness).await?;
    let begun = Instant::now();
    for _ in 0..count {
        read(ctx, 1, staleness).await?;
    }
    Ok(mean(begun, count))
}

async fn read(ctx: &Context, act: i64, staleness: Duration) -> Outcome<()> {
    let key = CacheKey::of("settings").and(Id::new(act));
    let group = CacheGroup::of("activity").and(Id::new(act));
    let read = ctx.cache().read(key, group).max_staleness(staleness);
    let found = read.get_or_load(|| async { Ok(settings()) }).await?;
    std::hint::black_box(found);
    Ok(())
}

async fn gets(conn: &mut MultiplexedConnection, name: &str) -> Outcome<f64> {
    let begun = Instant::now();
    for _ in 0..REMOTE_READS {
        let value: Vec<u8> = redis::cmd("GET").arg(name).query_async(conn).await?;
        std::hint::black_box(value);
    }
    Ok(mean(begun, REMOTE_READS))
}

fn mean(begun: Instant, count: u32) -> f64 {
    begun.elapsed().as_secs_f64() * MICRO / f64::from(count)
}
