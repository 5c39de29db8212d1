//! Events of statistics counted per second, beside the original's algorithm, in one run.
//!
//! See `bench/stat/README.md`.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::config::{Config, Secret, StatPath};
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::random;
use cloudapp_runtime::stat::{Metric, Repeat, StatEvent};
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;
use sea_orm::{ConnectionTrait as _, Statement};
use tokio::task::JoinSet;

const METRICS: [(&str, Repeat); 4] = [
    ("VisitCount", Repeat::All),
    ("Price", Repeat::All),
    ("VisitUserCount", Repeat::Daily),
    ("NewUserCount", Repeat::Ever),
];
const REPORTERS: i64 = 16;
/// Events of a report.
const REPORT: i64 = 4;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn size(variable: &str, default: i64) -> i64 {
    let given = std::env::var(variable).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The same events that the original counts.
fn event(number: i64) -> StatEvent {
    let (name, _) = METRICS[(number % 4) as usize];
    StatEvent::new("demo", name)
        .act(Id::new(1 + number / 4 % 4))
        .user(Id::new(1 + number * 7_919 % 10_000))
}

fn app() -> Outcome<App> {
    let name = format!("bench-stat-{}", random::hex::<8>()?);
    let mut app = App::new(name.leak(), "1.0.0");
    let metrics = METRICS.map(|(name, repeat)| Metric::new(name, name).repeat(repeat));
    app.module(Module::new("stat").statistics().metrics(metrics.to_vec()));
    Ok(app)
}

/// An instance on an empty database, which goes away with the second value.
async fn start(server: &str, redis: Option<&str>) -> Outcome<(Context, Scratch)> {
    let scratch = Scratch::create(server).await;
    let mut config = Config::default();
    config.database.url = Secret::new(scratch.url());
    config.database.max_connections = 20;
    config.auth.token_key = Secret::new("of no worth, in a benchmark only");
    if let Some(redis) = redis {
        config.redis.url = Secret::new(redis);
        config.stat.path = StatPath::Fast;
    }
    let ctx = Context::connect(&app()?, config).await?;
    for (group, migrator) in ctx.migrators() {
        migrator.up(ctx.db_of(*group), &Options::default()).await?;
    }
    Ok((ctx, scratch))
}

/// What the figures must come to.
fn expected(events: i64) -> [i64; 4] {
    let each = events / 4;
    let mut players = [
        std::collections::BTreeSet::new(),
        std::collections::BTreeSet::new(),
    ];
    for number in 0..events {
        if number % 4 >= 2 {
            let act = number / 4 % 4;
            players[(number % 4 - 2) as usize].insert((act, number * 7_919 % 10_000));
        }
    }
    [each, each, players[0].len() as i64, players[1].len() as i64]
}

async fn check(ctx: &Context, events: i64) -> Outcome<()> {
    for ((name, _), expected) in METRICS.iter().zip(expected(events)) {
        let sql = format!(
            "SELECT CAST(SUM(event_count) AS SIGNED) FROM stat_report_0_tb \
             WHERE key_name = '{name}'"
        );
        let statement = Statement::from_string(ctx.db().get_database_backend(), sql);
        let row = ctx.db().query_one_raw(statement).await?;
        let counted: i64 = row.ok_or("no figures")?.try_get_by_index(0)?;
        if counted != expected {
            return Err(format!("{name}: {counted}, expected {expected}").into());
        }
    }
    Ok(())
}

async fn report(ctx: &Context, events: i64) -> Outcome<()> {
    let next = Arc::new(AtomicI64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..REPORTERS {
        let (ctx, next) = (ctx.clone(), Arc::clone(&next));
        tasks.spawn(async move {
            loop {
                let from = next.fetch_add(REPORT, Ordering::Relaxed);
                if from >= events {
                    return Outcome::Ok(());
                }
                let some = (from..from + REPORT).map(event).collect();
                ctx.stats().report(some).await?;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// Events a second that are counted when all wait.
async fn counted(server: &str, events: i64) -> Outcome<f64> {
    let (ctx, _scratch) = start(server, None).await?;
    for from in (0..events).step_by(1_000) {
        let some = (from..(from + 1_000).min(events)).map(event).collect();
        ctx.stats().report(some).await?;
    }
    let begun = Instant::now();
    ctx.stats().count_waiting().await?;
    let rate = events as f64 / begun.elapsed().as_secs_f64();
    check(&ctx, events).await?;
    ctx.close().await;
    Ok(rate)
}

/// Events a second that are reported and counted at the same time.
async fn whole(server: &str, redis: Option<&str>, events: i64) -> Outcome<f64> {
    let (ctx, _scratch) = start(server, redis).await?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let pump = tokio::spawn({
        let ctx = ctx.clone();
        async move { ctx.stats().pump(stopped).await }
    });
    let begun = Instant::now();
    report(&ctx, events).await?;
    while ctx.stats().waiting().await? + ctx.stats().waiting_reports().await? > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let rate = events as f64 / begun.elapsed().as_secs_f64();
    stop.send(true)?;
    pump.await?;
    check(&ctx, events).await?;
    ctx.close().await;
    Ok(rate)
}

/// Events a second of the original's algorithm.
async fn original(python: &str, server: &str, redis: &str, events: i64) -> Outcome<f64> {
    let scratch = Scratch::create(server).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/stat/original/worker.py");
    let output = Command::new(python)
        .arg(script)
        .args(["--mysql-url", scratch.url(), "--redis-url", redis])
        .args(["--events", &events.to_string()])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    for ((name, _), expected) in METRICS.iter().zip(expected(events)) {
        if answer["figures"][name] != expected {
            return Err(format!("the original: {answer}, expected {expected} of {name}").into());
        }
    }
    let seconds = answer["seconds"].as_f64().ok_or("no time")?;
    Ok(events as f64 / seconds)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let Ok(server) = std::env::var("CLOUDAPP_TEST_MYSQL_URL") else {
        println!("CLOUDAPP_TEST_MYSQL_URL is not set: see bench/stat/README.md");
        return Ok(());
    };
    let redis = std::env::var("CLOUDAPP_TEST_REDIS_URL").ok();
    let python = std::env::var("CLOUDAPP_BENCH_PYTHON").ok();
    let events = size("CLOUDAPP_BENCH_EVENTS", 200_000);
    let few = size("CLOUDAPP_BENCH_ORIGINAL_EVENTS", 20_000);
    let mut rates: [Vec<f64>; 4] = Default::default();
    for _ in 0..size("CLOUDAPP_BENCH_ROUNDS", 3) {
        rates[0].push(counted(&server, events).await?);
        if let (Some(python), Some(redis)) = (&python, &redis) {
            rates[3].push(original(python, &server, redis, few).await?);
        }
        rates[1].push(whole(&server, None, events).await?);
        if let Some(redis) = &redis {
            rates[2].push(whole(&server, Some(redis), events).await?);
        }
    }
    let names = ["counted", "reported and counted", "fast", "original"];
    let medians = rates.map(median);
    for (name, rate) in names.iter().zip(medians) {
        println!(
            "{name:22} {rate:10.0} events/s {:7.1} x original",
            rate / medians[3]
        );
    }
    Ok(())
}
