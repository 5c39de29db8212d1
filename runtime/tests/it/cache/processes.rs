//! Two processes with one Redis: no reader sees a value older than an invalidation that finished
//! before its read began.
//!
//! `CLOUDAPP_CACHE_INVALIDATIONS` sets their number. Full size:
//!
//! ```sh
//! CLOUDAPP_CACHE_INVALIDATIONS=1000 tests/run.sh -p cloudapp-runtime --all-features --test it -- \
//!   --nocapture cache::processes
//! ```

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use cloudapp_runtime::app::Context;
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;

use super::worker::{self, MARK, ORDER, Order, ROWS, Report};
use super::world::{redis, size};
use crate::support::database::server;

const WORKERS: u64 = 2;
const WRITERS: u64 = 2;
const READERS: u64 = 32;

/// A database with the rows, and what workers are told.
pub(super) async fn prepared(redis_url: &str) -> (Scratch, Context, Order) {
    let scratch = Scratch::create(&server("CLOUDAPP_TEST_POSTGRES_URL")).await;
    let order = Order {
        database: scratch.url().to_owned(),
        redis: redis_url.to_owned(),
        prefix: random::hex::<8>().unwrap(),
        floors: redis(),
        readers: READERS,
        writers: WRITERS,
        writes: 0,
        pause_ms: 0,
        workers: WORKERS,
    };
    let ctx = worker::instance(&order).await;
    for (group, migrator) in ctx.migrators() {
        migrator
            .up(ctx.db_of(*group), &Options::default())
            .await
            .unwrap();
    }
    use sea_orm::ConnectionTrait as _;
    for row in 1..=ROWS {
        let sql = format!("INSERT INTO prize_tb VALUES ({row}, 0, 1.50, 'prize')");
        ctx.db().execute_unprepared(&sql).await.unwrap();
    }
    (scratch, ctx, order)
}

pub(super) fn spawn(order: &Order) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "cache::worker::the_worker",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(ORDER, serde_json::to_string(order).unwrap())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command.spawn().unwrap()
}

pub(super) async fn report(worker: Child) -> Report {
    let output = tokio::task::spawn_blocking(|| worker.wait_with_output()).await;
    let text = String::from_utf8(output.unwrap().unwrap().stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(MARK));
    serde_json::from_str(line.unwrap_or_else(|| panic!("{text}"))).unwrap()
}

/// What both saw must be right, and what is there at the end complete.
pub(super) async fn judge(ctx: &Context, order: &Order, reports: &[Report]) {
    let mut writes = 0;
    for report in reports {
        assert_eq!(report.outdated, 0, "{report:?}");
        assert!(report.errors.is_empty(), "{report:?}");
        assert!(report.hits > report.loads, "it was cached: {report:?}");
        writes += report.writes;
    }
    assert_eq!(writes, order.workers * order.writers * order.writes);
    let mut sum = 0;
    for row in 1..=ROWS {
        sum += worker::read(ctx, row).await.unwrap();
    }
    assert_eq!(
        u64::try_from(sum).unwrap(),
        writes,
        "no invalidation is lost"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_sees_what_was_invalidated_before() {
    let (scratch, ctx, mut order) = prepared(&redis()).await;
    order.writes = size("CLOUDAPP_CACHE_INVALIDATIONS", 200) / (WORKERS * WRITERS);
    order.pause_ms = 2;
    let begun = Instant::now();
    let workers: Vec<Child> = (0..WORKERS).map(|_| spawn(&order)).collect();
    let mut reports = Vec::new();
    for worker in workers {
        reports.push(report(worker).await);
    }
    println!("{:.1} s: {reports:#?}", begun.elapsed().as_secs_f64());
    judge(&ctx, &order, &reports).await;
    ctx.close().await;
    drop(scratch);
}
