//! Locks while their holders are killed and paused: never two effects.
//!
//! 64 tasks in four processes want one lock. Meanwhile processes get SIGKILL, or SIGSTOP for longer
//! than a lease. Each holder first writes its fencing number where its effect will be, on the
//! condition that it is the greatest, and makes the effect only where the number is still its own.
//! `CLOUDAPP_GUARD_FIRE_S` sets how long it burns. Full size:
//!
//! ```sh
//! CLOUDAPP_GUARD_FIRE_S=60 tests/run.sh -p cloudapp-runtime --all-features --test it -- \
//!   --nocapture guard::backend::lock_fire
//! ```

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::config::GuardBackend;
use cloudapp_runtime::db::transaction;
use cloudapp_runtime::error::{AppResult, ErrorCode};
use cloudapp_runtime::guard::LockOptions;
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;
use sea_orm::{ConnectionTrait, Statement};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{backends, config, migrate};
use crate::asset::world::size;
use crate::support::database::server;

const ARGUMENTS: &str = "IT_GUARD_WORKER";
const PROCESSES: usize = 4;
const TASKS: usize = 16;
const LEASE: Duration = Duration::from_millis(400);

async fn number(conn: &impl ConnectionTrait, sql: &str) -> i64 {
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let row = conn.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Holds the lock once; whether it had an effect.
async fn hold_once(ctx: &Context) -> AppResult<bool> {
    let options = LockOptions {
        lease: LEASE,
        wait: Duration::from_secs(30),
    };
    let lock = ctx.guard().lock_with("fire", options).await?;
    let fencing = lock.fencing();
    let enter =
        format!("UPDATE fire_tb SET fencing = {fencing} WHERE id = 1 AND fencing < {fencing}");
    if ctx.db().execute_unprepared(&enter).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let statement = "SELECT value FROM fire_tb WHERE id = 1";
    let value = number(ctx.db(), statement).await + 1;
    sleep(Duration::from_millis(random::below(4)?)).await;
    // Not asked whether the lock is still held: what counts is the number.
    let effect = format!("UPDATE fire_tb SET value = {value} WHERE id = 1 AND fencing = {fencing}");
    let note = format!("INSERT INTO effect_tb (fencing, value) VALUES ({fencing}, {value})");
    let (effect, note) = (effect.as_str(), note.as_str());
    let done = transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let is_ours = txn.execute_unprepared(effect).await?.rows_affected() == 1;
            if is_ours {
                txn.execute_unprepared(note).await?;
            }
            Ok(is_ours)
        })
    });
    let done = done.await?;
    lock.release().await?;
    Ok(done)
}

/// One of the processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else {
        return;
    };
    let arguments: Vec<&str> = arguments.lines().collect();
    let [name, backend, url, redis] = arguments[..] else {
        panic!("{arguments:?}");
    };
    let backend = if backend == "redis" {
        GuardBackend::Redis
    } else {
        GuardBackend::Sql
    };
    let app = App::new(name.to_owned().leak(), "1.0.0");
    let mut config = config(backend, url, redis);
    config.database.connect_timeout_s = 30;
    let ctx = Context::connect(&app, config).await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let ctx = ctx.clone();
        tasks.spawn(async move {
            loop {
                if let Err(error) = hold_once(&ctx).await {
                    let code = error.code();
                    let is_fine = [ErrorCode::ACQUIRE_LOCK, ErrorCode::BUSY].contains(&code);
                    assert!(is_fine, "{error:?}");
                }
            }
        });
    }
    if let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
}

fn spawn(arguments: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "guard::backend::lock_fire::the_worker",
            "--test-threads=1",
        ])
        .env(ARGUMENTS, arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args([name, &pid]).status().unwrap();
    assert!(sent.success());
}

/// Kills and pauses for a time; how often each.
async fn burn(children: &mut [Child], arguments: &str) -> (u32, u32) {
    let end = Instant::now() + Duration::from_secs(size("CLOUDAPP_GUARD_FIRE_S", 4) as u64);
    let (mut kills, mut pauses) = (0, 0);
    while Instant::now() < end {
        let child = usize::try_from(random::below(PROCESSES as u64).unwrap()).unwrap();
        let child = &mut children[child];
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "a worker failed");
        if random::below(2).unwrap() == 0 {
            child.kill().unwrap();
            child.wait().unwrap();
            *child = spawn(arguments);
            kills += 1;
        } else {
            signal(child, "-STOP");
            sleep(LEASE * 2).await;
            signal(child, "-CONT");
            pauses += 1;
        }
        sleep(Duration::from_millis(200 + random::below(300).unwrap())).await;
    }
    (kills, pauses)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holders_killed_and_paused_never_make_two_effects() {
    let redis = server("CLOUDAPP_TEST_REDIS_URL");
    for (backend, guard, database) in backends() {
        if guard == GuardBackend::Memory {
            continue;
        }
        let scratch = Scratch::create(&database).await;
        let app = super::app();
        let ctx = Context::connect(&app, config(guard, scratch.url(), &redis))
            .await
            .unwrap();
        migrate(&ctx).await;
        for sql in [
            "CREATE TABLE fire_tb (id BIGINT PRIMARY KEY, value BIGINT, fencing BIGINT)",
            "CREATE TABLE effect_tb (fencing BIGINT PRIMARY KEY, value BIGINT)",
            "INSERT INTO fire_tb (id, value, fencing) VALUES (1, 0, 0)",
        ] {
            ctx.db().execute_unprepared(sql).await.unwrap();
        }
        let arguments = format!("{}\n{backend}\n{}\n{redis}", app.name(), scratch.url());
        let mut children: Vec<Child> = (0..PROCESSES).map(|_| spawn(&arguments)).collect();
        let (kills, pauses) = burn(&mut children, &arguments).await;
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let value = number(ctx.db(), "SELECT value FROM fire_tb").await;
        let effects = number(ctx.db(), "SELECT COUNT(*) FROM effect_tb").await;
        let distinct = number(ctx.db(), "SELECT COUNT(DISTINCT value) FROM effect_tb").await;
        println!("{backend}: {effects} effects, {kills} kills, {pauses} pauses; value {value}");
        assert_eq!((effects, distinct), (value, value), "{backend}");
        assert!(value > 10, "{backend}: {value}");
        ctx.close().await;
    }
}
