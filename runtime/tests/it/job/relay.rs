//! Each event becomes one job of each type that asked for it, in the order of its lane, whoever is
//! killed between.
//!
//! Half of the events are in the outbox of the jobs' own database, half in that of another one.
//! Workers get SIGKILL while events are written and passed on. Full size, for each database:
//!
//! ```sh
//! CLOUDAPP_JOB_EVENTS=5000 CLOUDAPP_JOB_RELAY_KILLS=8 tests/run.sh -p cloudapp-runtime \
//!   --all-features --test it -- --nocapture job::relay
//! ```

use std::time::Duration;

use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::async_trait;
use cloudapp_runtime::db::{Group, transaction};
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::job::{Job, JobContext};
use cloudapp_runtime::outbox::{self, Event};
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::process::{Place, Process, TOPIC, leader, until_number};
use super::stage::{Leader, Stage};
use super::world::{Journal, note, number, servers, until};
use crate::asset::world::size;
use crate::support::database::server;

const PROCESSES: usize = 3;
const LANES: i64 = 20;
/// Topics that nobody asks for are one event in so many.
const IGNORED_ONE_IN: usize = 10;
const GROUPS: [Group; 2] = [Group::Default, Group::Asset];

async fn event(ctx: &Context, topic: &str, lane: &str, payload: Value) -> Event {
    Event {
        id: ctx.next_id().await.unwrap(),
        topic: topic.to_owned(),
        app_id: "demo".to_owned(),
        lane: lane.to_owned(),
        payload: payload.to_string(),
        created_at: ctx.now(),
    }
}

async fn write(ctx: &Context, group: Group, events: Vec<Event>) {
    let events = &events;
    transaction(ctx.db_of(group), |txn| {
        Box::pin(async move { outbox::write(txn, events.clone()).await })
    })
    .await
    .unwrap();
}

/// Writes all events, some at a time, into both outboxes.
async fn produce(ctx: &Context, count: usize, pause: Duration) {
    let mut written = 0;
    while written < count {
        let some = 1 + random::below(20).unwrap() as usize;
        for group in GROUPS {
            let mut events = Vec::new();
            for number in (written..count.min(written + some)).map(|n| n as i64) {
                let lane = format!("{group}-{}", number % LANES);
                let fact = json!({ "n": number / LANES + 1 });
                events.push(event(ctx, TOPIC, &lane, fact).await);
                if random::below(IGNORED_ONE_IN as u64).unwrap() == 0 {
                    events.push(event(ctx, "thing.ignored", &lane, json!({})).await);
                }
            }
            write(ctx, group, events).await;
        }
        written += some;
        sleep(pause).await;
    }
}

/// Kills a worker now and then, each other time the one that leads.
async fn kill(
    ctx: &Context,
    place: &Place,
    workers: &mut [Process],
    kills: usize,
    every: Duration,
) {
    for number in 0..kills {
        sleep(every / 2 + every.mul_f64(random::below(100).unwrap() as f64 / 100.0)).await;
        let chosen = random::below(PROCESSES as u64).unwrap() as usize;
        let leads = leader(ctx).await.map(|(_, pid)| pid);
        let leads = workers.iter().position(|one| Some(one.pid()) == leads);
        let chosen = leads.filter(|_| number % 2 == 0).unwrap_or(chosen);
        workers[chosen].kill();
        workers[chosen] = place.spawn();
    }
}

async fn proof(name: &str, server: &str) {
    let (scratch, other) = (Scratch::create(server).await, Scratch::create(server).await);
    let place = Place {
        url: scratch.url().to_owned(),
        other: Some(other.url().to_owned()),
        folder: tempfile::tempdir().unwrap(),
    };
    let ctx = place.prepare().await;
    // As many in each outbox.
    let events = size("CLOUDAPP_JOB_EVENTS", 200) / GROUPS.len();
    let kills = size("CLOUDAPP_JOB_RELAY_KILLS", 2);
    let began = Instant::now();
    let mut workers: Vec<Process> = (0..PROCESSES).map(|_| place.spawn()).collect();
    let got = "SELECT COUNT(*) FROM got_tb";
    let wanted = (events * GROUPS.len() * 2) as i64;
    let (pause, every) = (Duration::from_millis(20), Duration::from_millis(1_500));
    tokio::join!(
        produce(&ctx, events, pause),
        kill(&ctx, &place, &mut workers, kills, every)
    );
    until_number(&ctx, got, wanted, Duration::from_secs(300)).await;
    // Time for what comes twice.
    sleep(Duration::from_secs(1)).await;
    for worker in workers {
        worker.stop().await;
    }
    let distinct = "SELECT COUNT(*) FROM (SELECT DISTINCT kind, event_id FROM got_tb) AS d";
    let out_of_order = "SELECT COUNT(*) FROM got_tb WHERE before_n <> n - 1";
    let left = "SELECT COUNT(*) FROM outbox_tb";
    let (jobs, distinct) = (number(&ctx, got).await, number(&ctx, distinct).await);
    let out_of_order = number(&ctx, out_of_order).await;
    let left_over = number(&ctx, left).await;
    let elsewhere = outbox::pending(ctx.db_of(Group::Asset), 10).await.unwrap();
    println!(
        "{name}: {} events in two outboxes, {jobs} jobs run, {} doubled, {out_of_order} out of \
         order, {} left over; {kills} kills; {:.0} s",
        events * GROUPS.len(),
        jobs - distinct,
        left_over + elsewhere.len() as i64,
        began.elapsed().as_secs_f64()
    );
    assert_eq!(
        (jobs, distinct, out_of_order),
        (wanted, wanted, 0),
        "{name}"
    );
    assert_eq!((left_over, elsewhere.len()), (0, 0), "{name}");
    ctx.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_is_one_job_on_sqlite() {
    proof("SQLite", "sqlite:").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_is_one_job_on_mysql() {
    proof("MariaDB", &server("CLOUDAPP_TEST_MYSQL_URL")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_is_one_job_on_postgres() {
    proof("PostgreSQL", &server("CLOUDAPP_TEST_POSTGRES_URL")).await;
}

/// Takes whatever an event holds.
#[derive(Serialize, Deserialize)]
struct Anything {
    topic: String,
    lane: String,
    payload: Value,
}

#[async_trait]
impl Job for Anything {
    const NAME: &'static str = "test.anything";

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        let lane = ctx.lane().unwrap_or("none").chars().count();
        note(
            ctx,
            format!("{} {} {}", self.lane.len(), lane, self.payload),
        );
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_events_are_passed_on_too() {
    let mut app = App::new("relay", "1.0.0");
    app.on_event::<Anything>("thing.odd")
        .extension(Journal::default());
    for server in servers() {
        let stage = Stage::of(&app, &server, "2026-01-30T00:00:00Z", |config| {
            config.job.payload_limit_kb = 2;
        })
        .await;
        let ctx = &stage.ctx;
        let long_lane = "长".repeat(100);
        let mut events = vec![
            event(ctx, "thing.odd", "", json!([1, "二"])).await,
            event(ctx, "thing.odd", &long_lane, json!(1)).await,
            event(ctx, "thing.odd", "ends with a space ", json!(2)).await,
            event(ctx, "thing.odd", "x", json!("y".repeat(4_000))).await,
            event(ctx, "thing.unknown", "x", json!({})).await,
            event(ctx, "thing.odd", "z", json!(3)).await,
        ];
        events[0].payload = "no JSON".to_owned();
        let too_large = events[3].id;
        write(ctx, Group::Default, events).await;
        let leader = Leader::start(ctx);
        until("all but one are passed on", async || {
            outbox::pending(ctx.db(), 10).await.unwrap().len() == 1
        })
        .await;
        leader.stop().await;
        // It is neither lost, nor does it hold up those behind it.
        let left = outbox::pending(ctx.db(), 10).await.unwrap();
        assert_eq!(left[0].id, too_large, "{server}");
        stage.run().await;
        let mut seen = ctx.extension::<Journal>().unwrap().take();
        seen.sort_unstable();
        let digest = "test.anything/".len() + 64;
        let plain = "thing.odd/test.anything/demo/z".len();
        let expected = [
            "0 4 \"no JSON\"".to_owned(),
            format!("1 {plain} 3"),
            format!("18 {digest} 2"),
            format!("300 {digest} 1"),
        ];
        assert_eq!(seen, expected, "{server}");
        stage.close().await;
    }
}
