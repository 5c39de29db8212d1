//! Redis killed and started again, empty, under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::config::{BanConfig, GuardBackend, Secret};
use cloudapp_runtime::error::{AppError, ErrorCode};
use cloudapp_runtime::guard::{Asker, LockOptions, Rate};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::World;
use crate::support::server::DatabaseServer;

/// How long it may take until all is well after the server is back.
const RECOVERY: Duration = Duration::from_secs(2);

fn may_fail(error: &AppError) {
    let codes = [ErrorCode::BUSY, ErrorCode::ACQUIRE_LOCK];
    assert!(codes.contains(&error.code()), "{error:?}");
}

/// Asks for limits and locks until told to stop.
async fn load(ctx: Context, is_over: Arc<AtomicBool>, done: Arc<AtomicU64>) -> Vec<i64> {
    let rate = Rate::new(1_000, Duration::from_secs(1)).unwrap();
    let options = LockOptions {
        lease: Duration::from_secs(1),
        wait: Duration::from_secs(1),
    };
    let mut numbers = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        // Open: never an error.
        let _ = ctx.guard().limit_rate("load", "all", rate).await.unwrap();
        match ctx.guard().lock_with("load", options).await {
            Ok(lock) => {
                numbers.push(lock.fencing());
                if let Err(error) = lock.release().await {
                    may_fail(&error);
                }
            }
            Err(error) => may_fail(&error),
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
    numbers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_killed_under_load_gives_no_wrong_answer() {
    let folder = tempfile::tempdir().unwrap();
    let server = Arc::new(DatabaseServer::start("redis", folder.path()));
    let url = server.url();
    let backend = ("redis", GuardBackend::Redis, "sqlite:".to_owned());
    let world = World::start(backend, |config| {
        config.redis.url = Secret::new(&url);
        let ban = BanConfig {
            user_limit: 1,
            ..BanConfig::default()
        };
        config.guard.bans.insert("draw".to_owned(), ban);
    });
    let world = world.await;
    let ctx = &world.instances[0];
    let asker = Asker {
        app_id: "demo".to_owned(),
        user: Some("1".to_owned()),
        ip: None,
    };
    ctx.guard().refuse_malice("draw", &asker).await.unwrap();
    ctx.guard().refuse_malice("draw", &asker).await.unwrap_err();
    let before = ctx.guard().lock("numbers").await.unwrap().fencing();
    let (is_over, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let ctx = world.instances[number % 2].clone();
        tasks.spawn(load(ctx, Arc::clone(&is_over), Arc::clone(&done)));
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..2 {
        sleep(Duration::from_millis(500)).await;
        let killed = Arc::clone(&server);
        let killing = tokio::task::spawn_blocking(move || killed.kill_and_start());
        killing.await.unwrap();
        let back = Instant::now();
        while let Err(error) = ctx.guard().repeat("probe", Duration::from_millis(1)).await {
            may_fail(&error);
            sleep(Duration::from_millis(10)).await;
        }
        slowest = slowest.max(back.elapsed());
        // Redis has forgotten him; the ban has not.
        let refused = ctx.guard().refuse_malice("draw", &asker).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::MALICE_REQUEST_USER);
    }
    sleep(Duration::from_millis(500)).await;
    is_over.store(true, Ordering::Relaxed);
    let mut numbers = Vec::new();
    while let Some(own) = tasks.join_next().await {
        let own = own.unwrap();
        assert!(
            own.is_sorted_by(|one, next| one < next),
            "each task's own grow"
        );
        numbers.extend(own);
    }
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "no number twice");
    let after = ctx.guard().lock("numbers").await.unwrap().fencing();
    assert!(before < after, "{before} {after}");
    let rounds = done.load(Ordering::Relaxed);
    println!("{rounds} rounds, {all} locks, 2 kills; back after {slowest:?} at most");
    assert!(slowest <= RECOVERY, "{slowest:?}");
    world.close().await;
}
