//! One leader at a time, whoever is killed or suspended: every tick runs once.
//!
//! Four workers; the one that leads gets SIGKILL, or SIGSTOP for longer than its lease and then
//! SIGCONT. `CLOUDAPP_JOB_CRON_S` sets for how long, for each database. Full size:
//!
//! ```sh
//! CLOUDAPP_JOB_CRON_S=60 tests/run.sh -p cloudapp-runtime --all-features --test it -- \
//!   --nocapture job::leader
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::async_trait;
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::job::{JobContext, Schedule, ScheduledJob, Tick, Worker};
use cloudapp_runtime::outbox::{self, Event};
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;
use sea_orm::{ConnectionTrait, Statement};
use tokio::time::{Instant, sleep};

use super::process::{LEASE, Place, Process, leader, until_number};
use super::stage::{Leader, Stage, at};
use super::world::{Note, number, servers, until};
use crate::asset::world::size;
use crate::support::database::server;

const PROCESSES: usize = 4;
/// For how long a leader is suspended.
const PAUSE: Duration = Duration::from_millis(2_500);

/// What was done to leaders, and how long it took until another led.
#[derive(Default)]
struct Fire {
    kills: usize,
    pauses: usize,
    /// Suspended within a transaction of SQLite, which keeps everybody else from writing.
    held: usize,
    takeovers: Vec<Duration>,
}

/// How often ticks ran, by their second.
async fn ran(ctx: &Context) -> BTreeMap<i64, usize> {
    let statement = "SELECT at FROM tick_tb";
    let statement = Statement::from_string(ctx.db().get_database_backend(), statement);
    let mut ran = BTreeMap::new();
    for row in ctx.db().query_all_raw(statement).await.unwrap() {
        *ran.entry(row.try_get("", "at").unwrap()).or_default() += 1;
    }
    ran
}

/// Waits until another leads; how long it took since then, `None` when it takes too long.
async fn takeover(ctx: &Context, before: i64, since: Instant) -> Option<Duration> {
    while since.elapsed() <= LEASE * 2 {
        if leader(ctx).await.is_some_and(|(number, _)| number > before) {
            return Some(since.elapsed());
        }
        sleep(Duration::from_millis(5)).await;
    }
    None
}

async fn burn(ctx: &Context, place: &Place, workers: &mut [Process], fire: &mut Fire) {
    let is_sqlite = place.url.starts_with("sqlite");
    let end = Instant::now() + Duration::from_secs(size("CLOUDAPP_JOB_CRON_S", 8) as u64);
    while Instant::now() < end {
        for worker in workers.iter_mut() {
            assert!(worker.is_alive(), "a worker ended: {}", place.log());
        }
        let (before, pid) = leader(ctx).await.unwrap();
        let Some(worker) = workers.iter_mut().find(|one| one.pid() == pid) else {
            // A new one is about to lead.
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        let since = Instant::now();
        if (fire.kills + fire.pauses).is_multiple_of(2) {
            worker.kill();
            let took = takeover(ctx, before, since).await;
            let took = took.unwrap_or_else(|| panic!("nobody took over: {}", place.log()));
            fire.takeovers.push(took);
            *worker = place.spawn();
            fire.kills += 1;
        } else {
            worker.signal("-STOP");
            match takeover(ctx, before, since).await {
                Some(took) => fire.takeovers.push(took),
                None if is_sqlite => fire.held += 1,
                None => panic!("nobody took over: {}", place.log()),
            }
            sleep((since + PAUSE) - Instant::now()).await;
            worker.signal("-CONT");
            fire.pauses += 1;
        }
        sleep(Duration::from_millis(100 + random::below(900).unwrap())).await;
    }
}

async fn proof(name: &str, server: &str) {
    let scratch = Scratch::create(server).await;
    let place = Place {
        url: scratch.url().to_owned(),
        other: None,
        folder: tempfile::tempdir().unwrap(),
    };
    let ctx = place.prepare().await;
    let mut workers: Vec<Process> = (0..PROCESSES).map(|_| place.spawn()).collect();
    let patience = Duration::from_secs(60);
    until_number(&ctx, "SELECT COUNT(*) FROM tick_tb", 1, patience).await;
    let mut fire = Fire::default();
    burn(&ctx, &place, &mut workers, &mut fire).await;
    for worker in workers {
        worker.stop().await;
    }
    // What was made and did not get its turn.
    let left = "SELECT COUNT(*) FROM job_tb WHERE state <> 'done'";
    let began = Instant::now();
    while number(&ctx, left).await > 0 {
        Worker::new(&ctx).run_until_idle().await.unwrap();
        assert!(began.elapsed() < patience, "ticks are left over");
        sleep(Duration::from_millis(50)).await;
    }
    let ran = ran(&ctx).await;
    let (first, last) = (*ran.keys().next().unwrap(), *ran.keys().last().unwrap());
    let missing = (first..=last).filter(|at| !ran.contains_key(at)).count();
    let doubled = ran.values().filter(|count| **count > 1).count();
    let mut takeovers = fire.takeovers;
    takeovers.sort_unstable();
    let (median, longest) = (takeovers[takeovers.len() / 2], takeovers.last().unwrap());
    println!(
        "{name}: {} ticks in {} s, {missing} missing, {doubled} doubled; {} kills, {} pauses; \
         takeovers {} ms in the middle, {} ms at most, {} held up by SQLite; {} rounds of \
         overtaken leaders refused",
        ran.len(),
        last - first + 1,
        fire.kills,
        fire.pauses,
        median.as_millis(),
        longest.as_millis(),
        fire.held,
        place.logged("another process")
    );
    assert_eq!((missing, doubled), (0, 0), "{name}");
    assert!(fire.kills > 0 && fire.pauses > 0, "{name}");
    ctx.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tick_runs_once_on_sqlite() {
    proof("SQLite", "sqlite:").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tick_runs_once_on_mysql() {
    proof("MariaDB", &server("CLOUDAPP_TEST_MYSQL_URL")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tick_runs_once_on_postgres() {
    proof("PostgreSQL", &server("CLOUDAPP_TEST_POSTGRES_URL")).await;
}

/// Notes its ticks.
struct Hourly;

#[async_trait]
impl ScheduledJob for Hourly {
    const NAME: &'static str = "test.hourly";

    fn schedule() -> Schedule {
        Schedule::cron("0 0 * * * *")
    }

    async fn run(&self, _: &JobContext, _: Tick) -> AppResult<()> {
        Ok(())
    }
}

/// A leader that was suspended learns that another leads by now only when it looks at its lease.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_was_overtaken_changes_nothing() {
    let mut app = App::new("jobs", "1.0.0");
    app.schedule(Hourly).on_event::<Note>("thing.happened");
    for server in servers() {
        let stage = Stage::of(&app, &server, "2026-01-29T23:30:00Z", |config| {
            config.job.leader_lease_ms = 60_000;
        })
        .await;
        let ctx = &stage.ctx;
        let leader = Leader::start(ctx);
        let planned = "SELECT COUNT(*) FROM job_schedule_tb WHERE next_tick IS NOT NULL";
        until("it leads", async || number(ctx, planned).await == 1).await;
        let overtake = "UPDATE job_leader_tb SET owner = 'another', fencing = fencing + 1";
        ctx.db().execute_unprepared(overtake).await.unwrap();
        let event = Event {
            id: ctx.next_id().await.unwrap(),
            topic: "thing.happened".to_owned(),
            app_id: "demo".to_owned(),
            lane: "l".to_owned(),
            payload: "{}".to_owned(),
            created_at: ctx.now(),
        };
        outbox::write(ctx.db(), vec![event]).await.unwrap();
        stage.clock.set(at("2026-01-30T00:00:00Z"));
        // Time for some rounds.
        sleep(Duration::from_secs(3)).await;
        let jobs = number(ctx, "SELECT COUNT(*) FROM job_tb").await;
        let lanes = number(ctx, "SELECT COUNT(*) FROM job_lane_tb").await;
        let ticked = "SELECT COUNT(*) FROM job_schedule_tb WHERE last_tick IS NOT NULL";
        let ticked = number(ctx, ticked).await;
        let events = outbox::pending(ctx.db(), 10).await.unwrap().len();
        assert_eq!((jobs, lanes, ticked, events), (0, 0, 0, 1), "{server}");
        let give_back = "UPDATE job_leader_tb SET lease_until_us = 0";
        ctx.db().execute_unprepared(give_back).await.unwrap();
        leader.stop().await;
        // Who leads now does it.
        let leader = Leader::start(ctx);
        until("both are jobs", async || {
            number(ctx, "SELECT COUNT(*) FROM job_tb").await == 2
        })
        .await;
        leader.stop().await;
        stage.close().await;
    }
}
