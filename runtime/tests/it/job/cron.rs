//! Ticks become jobs, once, on every database.

use std::time::Duration;

use chrono::TimeDelta;
use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::asset::{InventoryFilter, NoHooks};
use cloudapp_runtime::async_trait;
use cloudapp_runtime::config::{Missed, ScheduleConfig};
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::http::{KeysetQuery, PageQuery};
use cloudapp_runtime::job::{
    Job, JobContext, JobFilter, JobRow, JobState, Schedule, ScheduledJob, Tick, health,
};
use serde::{Deserialize, Serialize};

use super::stage::{Leader, Stage, at};
use super::world::{Journal, note, servers, until};
use crate::asset::world::{APP_ID, change};

/// Notes each tick.
struct Hourly;

#[async_trait]
impl ScheduledJob for Hourly {
    const NAME: &'static str = "test.hourly";

    fn schedule() -> Schedule {
        Schedule::cron("0 0 * * * *")
    }

    async fn run(&self, ctx: &JobContext, tick: Tick) -> AppResult<()> {
        let time = tick.at.format("%d %H:%M");
        let text = format!(
            "{time} {}{}",
            tick.missed,
            if tick.by_hand { " hand" } else { "" }
        );
        note(ctx, text);
        Ok(())
    }
}

/// Fails at its first attempt.
struct Clumsy;

#[async_trait]
impl ScheduledJob for Clumsy {
    const NAME: &'static str = "test.clumsy";

    fn schedule() -> Schedule {
        Schedule::once_at("2026-01-30T08:05:00+08:00").attempts(2)
    }

    async fn run(&self, ctx: &JobContext, _: Tick) -> AppResult<()> {
        note(ctx, format!("clumsy {}", ctx.attempt()));
        if ctx.attempt() == 1 {
            return Err(AppError::internal("on purpose"));
        }
        Ok(())
    }
}

fn app() -> App {
    let mut app = App::new("cron", "1.0.0");
    app.schedule(Hourly)
        .module(Module::new("clumsy").schedule(Clumsy))
        .extension(Journal::default());
    app
}

fn notes(ctx: &Context) -> Vec<String> {
    ctx.extension::<Journal>().unwrap().take()
}

async fn jobs(ctx: &Context, name: &str) -> Vec<JobRow> {
    let filter = JobFilter {
        name: Some(name.to_owned()),
        ..JobFilter::default()
    };
    let query = KeysetQuery::new(None, 200);
    ctx.jobs().list(&filter, &query).await.unwrap().items
}

/// What is noted while somebody leads: until so much is, on a slow machine in several turns, and in
/// one turn after that.
async fn led(stage: &Stage, count: usize) -> Vec<String> {
    let mut noted: Vec<String> = Vec::new();
    for _ in 0..20 {
        let is_enough = noted.len() >= count;
        Leader::for_a_while(&stage.ctx).await;
        stage.run().await;
        noted.extend(notes(&stage.ctx));
        noted.retain(|one| !one.starts_with("clumsy"));
        if is_enough {
            break;
        }
    }
    noted
}

const START: &str = "2026-01-29T23:30:00Z";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticks_run_once_and_missed_ones_as_configured() {
    let hours = ["30 01:00 0", "30 02:00 0", "30 03:00 0"];
    for server in servers() {
        for (missed, expected) in [
            (Missed::Once, &["30 03:00 2"][..]),
            (Missed::All, &hours),
            (Missed::Skip, &[]),
        ] {
            let stage = Stage::of(&app(), &server, START, |config| {
                let section = ScheduleConfig {
                    missed: Some(missed),
                    ..ScheduleConfig::default()
                };
                config.schedule.insert("test.hourly".to_owned(), section);
            })
            .await;
            let ctx = &stage.ctx;
            // Seen for the first time: nothing is due.
            Leader::for_a_while(ctx).await;
            assert_eq!((stage.run().await, notes(ctx).len()), (0, 0));
            stage.clock.set(at("2026-01-30T00:00:00Z"));
            let first = led(&stage, 1).await;
            assert_eq!(first, ["30 00:00 0"], "{server} {missed:?}");
            stage.clock.set(at("2026-01-30T03:20:00Z"));
            Leader::for_a_while(ctx).await;
            stage.clock.advance(TimeDelta::minutes(10));
            let seen = led(&stage, expected.len()).await;
            assert_eq!(seen, expected, "{server} {missed:?}");
            stage.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_that_fails_is_tried_again_and_what_became_of_it_is_known() {
    for server in servers() {
        let stage = Stage::of(&app(), &server, START, |_| {}).await;
        let ctx = &stage.ctx;
        Leader::for_a_while(ctx).await;
        stage.clock.set(at("2026-01-30T00:05:00Z"));
        Leader::for_a_while(ctx).await;
        stage.run().await;
        let of_clumsy = async || {
            let health = health(ctx).await.unwrap();
            let mut all = health.schedules.into_iter();
            all.find(|one| one.name == "test.clumsy").unwrap()
        };
        let schedule = of_clumsy().await;
        assert!(schedule.last_error.unwrap().contains("on purpose"));
        assert_eq!(schedule.succeeded_at, None);
        stage.clock.advance(TimeDelta::seconds(5));
        stage.run().await;
        let mut seen = notes(ctx);
        // The two schedules run side by side.
        seen.sort_unstable();
        assert_eq!(seen, ["30 00:00 0", "clumsy 1", "clumsy 2"], "{server}");
        let schedule = of_clumsy().await;
        assert_eq!((schedule.last_error, schedule.next_tick), (None, None));
        assert_eq!(schedule.last_tick, Some(at("2026-01-30T00:05:00Z")));
        assert_eq!(schedule.succeeded_at, Some(ctx.now()));
        let jobs = jobs(ctx, "test.clumsy").await;
        assert_eq!((jobs.len(), jobs[0].state), (1, JobState::Done));
        stage.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_rule_begins_anew_and_a_disabled_one_rests() {
    let section = |cron: &str, enabled| ScheduleConfig {
        cron: Some(cron.to_owned()),
        enabled: Some(enabled),
        ..ScheduleConfig::default()
    };
    let stage = Stage::of(&app(), "sqlite:", START, |_| {}).await;
    Leader::for_a_while(&stage.ctx).await;
    let next = |health: cloudapp_runtime::job::JobHealth| {
        let mut all = health.schedules.into_iter();
        all.find(|one| one.name == "test.hourly").unwrap().next_tick
    };
    for (cron, enabled, expected) in [
        ("0 45 * * * *", true, Some("2026-01-29T23:45:00Z")),
        ("0 45 * * * *", false, None),
        ("0 50 * * * *", true, Some("2026-01-29T23:50:00Z")),
    ] {
        let mut config = stage.ctx.config().clone();
        let section = section(cron, enabled);
        config.schedule.insert("test.hourly".to_owned(), section);
        let clock = std::sync::Arc::clone(stage.ctx.clock());
        let app = app();
        let ctx = Context::connect_with_clock(&app, config, clock);
        let ctx = ctx.await.unwrap();
        Leader::for_a_while(&ctx).await;
        let health = health(&ctx).await.unwrap();
        assert_eq!(next(health), expected.map(at), "{cron} {enabled}");
        ctx.close().await;
    }
    stage.close().await;
}

#[tokio::test]
async fn what_cannot_be_scheduled_keeps_the_app_from_starting() {
    let refused = async |app: App, name: &str, section: ScheduleConfig| {
        let mut config = super::world::config("sqlite::memory:");
        config.schedule.insert(name.to_owned(), section);
        let started = Context::connect(&app, config).await;
        started.err().unwrap().to_string()
    };
    let unknown = refused(app(), "test.horly", ScheduleConfig::default()).await;
    assert!(unknown.contains("[schedule.\"test.horly\"]"), "{unknown}");
    assert!(unknown.contains("test.clumsy, test.hourly"), "{unknown}");
    let cron = ScheduleConfig {
        cron: Some("every hour".to_owned()),
        ..ScheduleConfig::default()
    };
    let bad = refused(app(), "test.hourly", cron).await;
    let expected = "[schedule.\"test.hourly\"]: `cron` is `every hour`";
    assert!(bad.contains(expected), "{bad}");
    let mut twice = app();
    twice.schedule(Hourly);
    let twice = refused(twice, "test.hourly", ScheduleConfig::default()).await;
    assert!(twice.contains("two schedules have this name"), "{twice}");

    #[derive(Serialize, Deserialize)]
    struct SameName;

    #[async_trait]
    impl Job for SameName {
        const NAME: &'static str = "test.hourly";

        async fn run(&self, _: &JobContext) -> AppResult<()> {
            Ok(())
        }
    }
    let mut same = app();
    same.job::<SameName>();
    let same = refused(same, "test.hourly", ScheduleConfig::default()).await;
    assert!(same.contains("two types have this name"), "{same}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inventory_of_yesterday_is_taken_and_warnings_are_told() {
    let mut app = App::new("ledger", "1.0.0");
    app.module(Module::new("asset").ledger(NoHooks));
    for server in servers() {
        let stage = Stage::of(&app, &server, "2026-01-30T14:00:00Z", |config| {
            config.asset.chain_key = config.auth.token_key.clone();
        })
        .await;
        let ctx = &stage.ctx;
        ctx.ledger().change(change(1, 50, "a")).await.unwrap();
        Leader::for_a_while(ctx).await;
        // Two nights: both inventories, whoever was down.
        stage.clock.set(at("2026-01-31T16:10:00Z"));
        Leader::for_a_while(ctx).await;
        stage.run().await;
        let (filter, page) = (InventoryFilter::default(), PageQuery::default());
        let rows = ctx.ledger().inventory(APP_ID, &filter, &page).await;
        let rows = rows.unwrap();
        let days: Vec<i32> = rows.items.iter().map(|row| row.create_day).collect();
        assert_eq!(days, [20260130], "{server}");
        let taken = jobs(ctx, "asset.inventory").await;
        let states: Vec<JobState> = taken.iter().map(|job| job.state).collect();
        assert_eq!(states, [JobState::Done, JobState::Done], "{server}");
        let expiring = jobs(ctx, "asset.expire").await;
        assert_eq!(expiring.len(), 2, "{server}: {expiring:?}");
        stage.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_can_be_run_by_hand() {
    let stage = Stage::of(&app(), "sqlite:", START, |_| {}).await;
    let leader = Leader::start(&stage.ctx);
    until("the schedule is known", async || {
        health(&stage.ctx).await.unwrap().has_leader
    })
    .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    leader.stop().await;
    assert!(!health(&stage.ctx).await.unwrap().has_leader);
    stage.close().await;
}
