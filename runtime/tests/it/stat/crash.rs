//! Each event counts once while the processes that count are killed.
//!
//! This process reports, 30 of 100 events a second time. Others, of this same program, count; one
//! after the other gets SIGKILL and is started again. At the end the tables are compared with a
//! model that knows what was reported. Three ways: the inbox beside the figures, the inbox in
//! another database, the streams in Redis.
//!
//! The size is for CI. Full size, for each of `sqlite`, `mysql` and `postgres`:
//!
//! ```sh
//! CLOUDAPP_STAT_EVENTS=1000000 CLOUDAPP_STAT_KILLS=40 \
//!   tests/run.sh -p cloudapp-runtime --all-features --release --test it -- --exact --nocapture \
//!   stat::crash::sqlite
//! ```

mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::clock::SystemClock;
use cloudapp_runtime::config::{GroupConfig, Secret};
use cloudapp_runtime::db::Group;
use cloudapp_runtime::random;
use cloudapp_runtime::stat::StatEvent;
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::worker::Workers;
use super::model::{Model, Said};
use super::world::{World, cells, fast, rows, size};

/// Events of a report.
const CHUNK: usize = 200;
const REPORTERS: usize = 4;
const WORKERS: usize = 3;
const USERS: u64 = 5_000;
/// Reporters wait when so many events wait.
const BACKLOG: u64 = 20_000;
const DOUBLED_PERCENT: u64 = 30;
/// Longest time until everything is counted.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Beside,
    Apart,
    Fast,
}

/// A number that looks random and is the same in each run.
fn scatter(number: usize, salt: u64) -> u64 {
    let mut hash = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (salt << 7);
    for _ in 0..3 {
        hash = (hash ^ (hash >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    hash ^ (hash >> 29)
}

/// An event; those of even numbers have a key, so that they may come twice.
fn original(number: usize, base: DateTime<Utc>) -> Said {
    const METRICS: [&str; 6] = [
        "VisitCount",
        "VisitUserCount",
        "NewUserCount",
        "Price",
        "FirstPrice",
        "Logged",
    ];
    let metric = METRICS[scatter(number, 1) as usize % 6];
    let user = 1 + (scatter(number, 2) % USERS) as i64;
    let billionths = match metric {
        "Price" => i128::from(scatter(number, 3) % 99_000_000_000),
        // Whichever comes first.
        "FirstPrice" => i128::from(user) * 10_000_000,
        "VisitCount" | "Logged" => i128::from(scatter(number, 3) % 9) * 1_000_000_000,
        _ => 1_000_000_000,
    };
    let hours = match metric {
        // The hour of a player's first event must be the same, whichever comes first.
        "VisitUserCount" | "FirstPrice" => 24 * (scatter(number, 4) % 3),
        "NewUserCount" => 0,
        _ => scatter(number, 4) % 72,
    };
    Said {
        metric,
        act: 1 + (scatter(number, 5) % 4) as i64,
        user,
        billionths,
        at: base - chrono::Duration::hours(hours as i64),
        key: number.is_multiple_of(2).then(|| format!("event {number}")),
    }
}

/// The event that is reported in this place: a new one, or one of before with its key.
fn said(number: usize, base: DateTime<Utc>) -> Said {
    let is_doubled = number > 0 && scatter(number, 6) % 100 < DOUBLED_PERCENT;
    let mut which = number;
    if is_doubled {
        which = scatter(number, 7) as usize % number;
        which -= which % 2;
    }
    original(which, base)
}

/// Reports chunks until there are none left.
async fn report(
    ctx: Context,
    way: Way,
    base: DateTime<Utc>,
    events: usize,
    next: Arc<AtomicUsize>,
) {
    let stats = ctx.stats();
    loop {
        let from = next.fetch_add(CHUNK, Ordering::Relaxed);
        if from >= events {
            return;
        }
        while waiting(&ctx).await > BACKLOG {
            sleep(Duration::from_millis(20)).await;
        }
        let chunk = from..(from + CHUNK).min(events);
        let chunk: Vec<StatEvent> = chunk.map(|number| said(number, base).event()).collect();
        match way {
            Way::Fast => stats.report(chunk).await.unwrap(),
            _ => {
                let prepared = stats.prepare(chunk).await.unwrap();
                cloudapp_runtime::db::transaction(ctx.db(), |txn| {
                    let prepared = &prepared;
                    Box::pin(async move { prepared.write(txn).await })
                })
                .await
                .unwrap();
            }
        }
    }
}

/// What waits: rows, and reports in streams.
async fn waiting(ctx: &Context) -> u64 {
    let mut total = ctx.stats().waiting().await.unwrap();
    total += ctx.stats().waiting_reports().await.unwrap() * CHUNK as u64 / 8;
    total
}

/// An app for a way, and the database apart.
async fn world(server: &str, way: Way) -> (World, Scratch) {
    let apart = Scratch::create(server).await;
    let url = apart.url().to_owned();
    let world = World::start(server, Arc::new(SystemClock), move |config| match way {
        Way::Beside => {}
        Way::Apart => {
            let group = GroupConfig {
                url: Secret::new(url),
                ..GroupConfig::default()
            };
            config.database.groups.insert(Group::Stat, group);
        }
        Way::Fast => fast(config),
    });
    (world.await, apart)
}

async fn one(name: &str, server: &str, way: Way) {
    let (events, kills) = (
        size("CLOUDAPP_STAT_EVENTS", 4_000),
        size("CLOUDAPP_STAT_KILLS", 3),
    );
    let (world, _apart) = world(server, way).await;
    let base = world.ctx.now();
    let began = Instant::now();
    let mut workers = Workers::start(&world, WORKERS);
    let next = Arc::new(AtomicUsize::new(0));
    let mut reporters = JoinSet::new();
    for _ in 0..REPORTERS {
        let next = Arc::clone(&next);
        reporters.spawn(report(world.ctx.clone(), way, base, events, next));
    }
    let mut points: Vec<usize> = (0..kills)
        .map(|_| random::below(events as u64).unwrap() as usize)
        .collect();
    points.sort_unstable();
    for point in points {
        while next.load(Ordering::Relaxed) < point {
            if let Some(done) = reporters.try_join_next() {
                done.unwrap();
            }
            sleep(Duration::from_millis(2)).await;
        }
        sleep(Duration::from_millis(random::below(150).unwrap())).await;
        workers.kill_and_start();
    }
    while let Some(done) = reporters.join_next().await {
        done.unwrap();
    }
    let reported = began.elapsed();
    let ended = Instant::now();
    while waiting(&world.ctx).await > 0 {
        assert!(ended.elapsed() < PATIENCE, "{}", workers.log());
        sleep(Duration::from_millis(20)).await;
    }
    let counted = began.elapsed();
    workers.stop();
    let mut model = Model::default();
    (0..events).for_each(|number| model.count(&said(number, base)));
    let found = cells(&world.ctx).await;
    let log = rows(&world.ctx, "id", "stat_log").await.len();
    let wrong = model
        .cells
        .iter()
        .filter(|(key, cell)| found.get(key) != Some(cell));
    let wrong = wrong.count()
        + found
            .keys()
            .filter(|key| !model.cells.contains_key(key))
            .count();
    let total: i64 = found.values().map(|cell| cell.1).sum();
    println!(
        "{name} {way:?}: {events} events reported in {:.1} s, {total} counted after {:.1} s with \
         {kills} kills; {} figures, {wrong} wrong; {log} rows of the log, {} expected",
        reported.as_secs_f64(),
        counted.as_secs_f64(),
        model.cells.len(),
        model.log_rows,
    );
    assert_eq!((wrong, log), (0, model.log_rows), "{}", workers.log());
    world.ctx.close().await;
}

async fn proof(name: &str, server: &str) {
    for way in [Way::Beside, Way::Apart, Way::Fast] {
        one(name, server, way).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    proof("SQLite", "sqlite:").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql() {
    let server = crate::support::database::server("CLOUDAPP_TEST_MYSQL_URL");
    proof("MariaDB", &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let server = crate::support::database::server("CLOUDAPP_TEST_POSTGRES_URL");
    proof("PostgreSQL", &server).await;
}
