//! Redis that dies, comes back, comes back with what it had saved, or is not reached by one
//! process.
//!
//! `CLOUDAPP_CACHE_KILLS` sets how often it is killed. Full size:
//!
//! ```sh
//! CLOUDAPP_CACHE_KILLS=20 tests/run.sh -p cloudapp-runtime --all-features --test it -- \
//!   --nocapture cache::outage
//! ```

use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait as _;

use super::processes::{judge, prepared, report, spawn};
use super::worker;
use super::world::{redis, size};
use crate::support::server::DatabaseServer;

/// Recovery is promised within this time after the server is back.
const RECOVERY: Duration = Duration::from_secs(2);

async fn blocking(server: &Arc<DatabaseServer>, work: fn(&DatabaseServer)) {
    let server = Arc::clone(server);
    tokio::task::spawn_blocking(move || work(&server))
        .await
        .unwrap();
}

/// Waits until a read is answered by the cache; how long that took.
async fn recovery(ctx: &cloudapp_runtime::app::Context) -> Duration {
    let begun = Instant::now();
    loop {
        let before = ctx.cache().counts("prize");
        worker::read(ctx, 1).await.unwrap();
        worker::read(ctx, 1).await.unwrap();
        let after = ctx.cache().counts("prize");
        let hits = |c: cloudapp_runtime::cache::GroupCounts| c.local_hits + c.redis_hits;
        if hits(after) > hits(before) {
            return begun.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_killed_and_comes_back_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let server = Arc::new(DatabaseServer::start("redis", folder.path()));
    let (scratch, ctx, mut order) = prepared(&server.url()).await;
    let kills = size("CLOUDAPP_CACHE_KILLS", 2);
    // About two seconds each time that Redis is away, and some between.
    order.writes = kills * 20;
    order.pause_ms = 100;
    order.readers = 8;
    let workers: Vec<Child> = (0..order.workers).map(|_| spawn(&order)).collect();
    let mut longest = Duration::ZERO;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(700)).await;
        blocking(&server, DatabaseServer::kill).await;
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        // While it is away: each read is right, by the database.
        worker::read(&ctx, 1).await.unwrap();
        blocking(&server, DatabaseServer::start_again).await;
        longest = longest.max(recovery(&ctx).await);
    }
    let mut reports = Vec::new();
    for worker in workers {
        reports.push(report(worker).await);
    }
    println!("{kills} kills, longest recovery {longest:?}: {reports:#?}");
    judge(&ctx, &order, &reports).await;
    assert!(longest <= RECOVERY, "{longest:?}");
    for report in &reports {
        assert!(
            report.bypasses > 0,
            "nothing was read while it was away: {report:?}"
        );
    }
    ctx.close().await;
    drop(scratch);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_comes_back_with_what_it_had_saved_serves_none_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Arc::new(DatabaseServer::start("redis", folder.path()));
    let (scratch, ctx, order) = prepared(&server.url()).await;
    let other = worker::instance(&order).await;
    assert_eq!(worker::read(&ctx, 1).await.unwrap(), 0);
    assert_eq!(worker::read(&other, 1).await.unwrap(), 0);
    // Version and value are on the disk; the invalidation after that is not.
    let client = redis::Client::open(server.url()).unwrap();
    let mut conn = client.get_multiplexed_async_connection().await.unwrap();
    let saved: () = redis::cmd("SAVE").query_async(&mut conn).await.unwrap();
    let () = saved;
    assert_eq!(worker::write(&ctx, 1, true).await.unwrap(), 1);
    blocking(&server, DatabaseServer::kill_and_start).await;
    let keys: usize = {
        let mut conn = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("DBSIZE").query_async(&mut conn).await.unwrap()
    };
    assert!(keys >= 2, "it remembers nothing: {keys}");
    for ctx in [&ctx, &other] {
        recovery(ctx).await;
        assert_eq!(worker::read(ctx, 1).await.unwrap(), 1);
    }
    let late = worker::instance(&order).await;
    assert_eq!(worker::read(&late, 1).await.unwrap(), 1);
    for ctx in [ctx, other, late] {
        ctx.close().await;
    }
    drop(scratch);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_does_not_reach_redis_is_heard_by_those_that_do() {
    let (scratch, ctx, order) = prepared(&redis()).await;
    let mut cut_off = order.clone();
    // Nobody listens there.
    cut_off.redis = "redis://127.0.0.1:1/".to_owned();
    let cut_off = worker::instance(&cut_off).await;
    let mut longest = Duration::ZERO;
    for version in 1..=6 {
        let before = worker::read(&ctx, 1).await.unwrap();
        assert_eq!(before, version - 1);
        let begun = Instant::now();
        worker::write(&cut_off, 1, version % 2 == 0).await.unwrap();
        longest = longest.max(begun.elapsed());
        assert_eq!(worker::read(&ctx, 1).await.unwrap(), version);
        assert_eq!(worker::read(&cut_off, 1).await.unwrap(), version);
    }
    println!("longest write of the process that is cut off: {longest:?}");
    assert!(longest < Duration::from_millis(2_500), "{longest:?}");
    recovery(&ctx).await;
    ctx.close().await;
    cut_off.close().await;
    drop(scratch);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_nobody_makes_up_for_keep_everybody_from_the_cache() {
    let (scratch, ctx, order) = prepared(&redis()).await;
    assert_eq!(worker::read(&ctx, 1).await.unwrap(), 0);
    let other = worker::instance(&order).await;
    assert_eq!(worker::read(&other, 1).await.unwrap(), 0);
    // The writer dies between its commit and the invalidation.
    let announced = ctx
        .cache()
        .announce(ctx.db(), &[worker::group(1)])
        .await
        .unwrap();
    let sql = "UPDATE prize_tb SET version = 1 WHERE id = 1";
    ctx.db().execute_unprepared(sql).await.unwrap();
    drop(announced);
    let begun = Instant::now();
    while worker::read(&other, 1).await.unwrap() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(2), "it is forgotten");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // A process that cannot look at the table goes by the database.
    ctx.db()
        .execute_unprepared("ALTER TABLE cache_pending_tb RENAME TO away_tb")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    let before = ctx.cache().counts("prize").bypasses;
    ctx.db()
        .execute_unprepared("UPDATE prize_tb SET version = 2 WHERE id = 1")
        .await
        .unwrap();
    assert_eq!(worker::read(&ctx, 1).await.unwrap(), 2);
    assert_eq!(ctx.cache().counts("prize").bypasses, before + 1);
    for ctx in [ctx, other] {
        ctx.close().await;
    }
    drop(scratch);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_takes_no_writes_serves_nothing_that_was_invalidated() {
    let folder = tempfile::tempdir().unwrap();
    let server = Arc::new(DatabaseServer::start("redis", folder.path()));
    let (scratch, ctx, order) = prepared(&server.url()).await;
    let other = worker::instance(&order).await;
    for row in [1, 2] {
        assert_eq!(worker::read(&ctx, row).await.unwrap(), 0);
        assert_eq!(worker::read(&other, row).await.unwrap(), 0);
    }
    let client = redis::Client::open(server.url()).unwrap();
    let mut conn = client.get_multiplexed_async_connection().await.unwrap();
    let memory = async |conn: &mut redis::aio::MultiplexedConnection, bytes: u64| {
        let mut set = redis::cmd("CONFIG");
        set.arg("SET").arg("maxmemory").arg(bytes);
        set.query_async::<()>(conn).await.unwrap();
    };
    memory(&mut conn, 1).await;
    let begun = Instant::now();
    assert_eq!(worker::write(&other, 1, false).await.unwrap(), 1);
    assert!(begun.elapsed() < Duration::from_millis(2_500));
    // The old version and the old value are still there, and nobody can change them.
    for _ in 0..50 {
        for ctx in [&ctx, &other] {
            assert_eq!(worker::read(ctx, 1).await.unwrap(), 1);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // What was not invalidated is served from the cache all the while; by a busy machine, not at
    // each moment.
    let begun = Instant::now();
    let before = ctx.cache().counts("prize").local_hits;
    while ctx.cache().counts("prize").local_hits == before {
        assert!(begun.elapsed() < RECOVERY, "nothing is served");
        assert_eq!(worker::read(&ctx, 2).await.unwrap(), 0);
    }
    memory(&mut conn, 0).await;
    assert!(recovery(&ctx).await <= RECOVERY);
    assert_eq!(worker::read(&ctx, 1).await.unwrap(), 1);
    for ctx in [ctx, other] {
        ctx.close().await;
    }
    drop(scratch);
}
