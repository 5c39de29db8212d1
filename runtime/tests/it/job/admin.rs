//! Routes of operators, figures, and the commands.

use cloudapp_runtime::app::App;
use cloudapp_runtime::async_trait;
use cloudapp_runtime::config::Config;
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::job::{JobContext, NewJob, Schedule, ScheduledJob, Tick, Worker};
use cloudapp_runtime::testing::TestApp;
use cloudapp_runtime::types::Id;
use serde_json::{Value, json};

use super::stage::Leader;
use super::world::{Note, Odd, note, servers, until};
use crate::support::process::Place;

struct Nightly;

#[async_trait]
impl ScheduledJob for Nightly {
    const NAME: &'static str = "test.nightly";

    fn schedule() -> Schedule {
        Schedule::cron("0 0 3 * * *")
    }

    async fn run(&self, ctx: &JobContext, tick: Tick) -> AppResult<()> {
        note(ctx, format!("nightly {}", tick.by_hand));
        Ok(())
    }
}

fn app() -> App {
    let mut app = super::world::app();
    app.schedule(Nightly);
    app
}

async fn start(server: &str) -> TestApp {
    let setup = TestApp::setup(app()).database_server(server);
    setup
        .config(|config: &mut Config| config.job.poll_ms = 20)
        .start()
        .await
}

async fn add(app: &TestApp, job: NewJob) -> Id {
    app.context().jobs().enqueue(job).await.unwrap()
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Jobs of ours, of nobody's and of another tenant's.
struct Added {
    dead: String,
    ours: String,
    parked: String,
    theirs: String,
}

impl Added {
    async fn to(app: &TestApp) -> Self {
        let odd = NewJob::of(&Odd::Discards).unwrap();
        let noted = || NewJob::of(&Note("x".to_owned())).unwrap();
        let dead = add(app, odd.app_id("demo")).await.to_string();
        Worker::new(app.context()).run_until_idle().await.unwrap();
        Self {
            dead,
            ours: add(app, noted().app_id("demo").lane("l")).await.to_string(),
            parked: add(app, noted().lane("l")).await.to_string(),
            theirs: add(app, noted().app_id("other")).await.to_string(),
        }
    }
}

#[tokio::test]
async fn operators_list_their_jobs() {
    for server in servers() {
        let app = start(&server).await;
        let operator = app.operator(&["job.*"]).await;
        let Added {
            dead, ours, parked, ..
        } = &Added::to(&app).await;
        let all = operator.get("/admin/jobs").await.ok();
        let expected = [parked, ours, dead].map(Clone::clone);
        assert_eq!(ids(&all), expected, "{server}");
        for (query, expected) in [
            ("state=dead", vec![dead]),
            ("state=parked", vec![parked]),
            ("name=test.note", vec![parked, ours]),
            ("name=test.note&lane=l&queue=default", vec![parked, ours]),
            ("queue=aside", vec![]),
        ] {
            let path = format!("/admin/jobs?{query}");
            let some = operator.get(&path).await.ok();
            assert_eq!(ids(&some).iter().collect::<Vec<_>>(), expected, "{query}");
        }
        let page = operator.get("/admin/jobs?page_size=2").await.ok();
        assert_eq!(page["after"], ours.as_str());
        let path = format!("/admin/jobs?page_size=2&after={ours}");
        let page = operator.get(&path).await.ok();
        assert_eq!((ids(&page), page.get("after")), (vec![dead.clone()], None));
        for wrong in ["state=lost", "page_size=0", "colour=red"] {
            let path = format!("/admin/jobs?{wrong}");
            operator.get(&path).await.fails("param_error");
        }
    }
}

#[tokio::test]
async fn operators_change_what_becomes_of_their_jobs() {
    for server in servers() {
        let app = start(&server).await;
        let operator = app.operator(&["job.*"]).await;
        let Added {
            dead,
            ours,
            parked,
            theirs,
        } = &Added::to(&app).await;
        let path = |id: &str, what: &str| format!("/admin/jobs/{id}{what}");
        let one = operator.get(&path(dead, "")).await.ok();
        assert_eq!(one["state"], "dead", "{server}");
        assert_eq!(one["payload"], "\"Discards\"");
        let error = one["last_error"].as_str().unwrap();
        assert!(error.contains("nobody can do this"), "{error}");
        operator.get(&path(theirs, "")).await.fails("not_found");
        operator.delete(&path(theirs, "")).await.fails("not_found");
        for what in ["/retry", "/cancel"] {
            let path = path(theirs, what);
            operator.post(&path, json!({})).await.fails("not_found");
        }
        let cancel = path(ours, "/cancel");
        operator.post(&cancel, json!({})).await.ok();
        operator.post(&cancel, json!({})).await.fails("conflict");
        operator.delete(&path(parked, "")).await.fails("conflict");
        operator.post(&path(dead, "/retry"), json!({})).await.ok();
        Worker::new(app.context()).run_until_idle().await.unwrap();
        let one = operator.get(&path(dead, "")).await.ok();
        assert_eq!(
            (&one["state"], &one["attempt"]),
            (&json!("dead"), &json!(1))
        );
        operator.delete(&path(dead, "")).await.ok();
        operator.get(&path(dead, "")).await.fails("not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_metrics_tell_of_workers_queues_and_schedules() {
    for server in servers() {
        let app = start(&server).await;
        let ctx = app.context();
        let operator = app.operator(&["job.*"]).await;
        let health = operator.get("/admin/jobs/health").await.ok();
        assert_eq!(
            (&health["ok"], &health["has_leader"]),
            (&json!(true), &json!(false))
        );
        let leader = Leader::start(ctx);
        until("the schedule is known", async || {
            let all = operator.get("/admin/jobs/schedules").await.ok();
            !all["schedules"][0]["next_tick"].is_null()
        })
        .await;
        let worker = super::world::Running::start(ctx);
        until("the worker is known", async || {
            let all = operator.get("/admin/jobs/workers").await.ok();
            all["workers"].as_array().unwrap().len() == 1
        })
        .await;
        let run = "/admin/jobs/schedules/test.nightly/run";
        operator.post(run, json!({})).await.ok();
        let journal = ctx.extension::<super::world::Journal>().unwrap();
        until("it ran", async || journal.all() == ["nightly true"]).await;
        let unknown = "/admin/jobs/schedules/test.weekly/run";
        operator.post(unknown, json!({})).await.fails("not_found");

        let long = NewJob::of(&Note("later".to_owned())).unwrap();
        add(&app, long.delay(std::time::Duration::from_secs(60))).await;
        add(&app, NewJob::of(&Odd::Discards).unwrap()).await;
        until("it is dead", async || {
            let health = operator.get("/admin/jobs/health").await.ok();
            health["queues"][0]["dead"] == 1
        })
        .await;
        let health = operator.get("/admin/jobs/health").await.ok();
        assert_eq!(
            (&health["ok"], &health["has_leader"]),
            (&json!(true), &json!(true))
        );
        let queue = &health["queues"][0];
        assert_eq!(
            (&queue["waiting"], &queue["oldest_s"]),
            (&json!(1), &json!(0))
        );
        assert_eq!(health["schedules"][0]["name"], "test.nightly");
        let page = app.anonymous().get("/metrics").await;
        let page = page.body.as_str().unwrap().to_owned();
        for line in [
            "job_queue_jobs{queue=\"default\",state=\"waiting\"} 1",
            "job_queue_jobs{queue=\"default\",state=\"dead\"} 1",
            "job_oldest_waiting_seconds{queue=\"default\"} 0",
            "job_workers 1",
            "job_leaders 1",
            "job_runs_total{name=\"test.nightly\",result=\"done\"} 1",
        ] {
            assert!(page.contains(line), "{line}: {page}");
        }
        worker.stop().await;
        leader.stop().await;
    }
}

#[tokio::test]
async fn permissions_are_asked_for() {
    let app = start("sqlite:").await;
    let reader = app.operator(&["job.read"]).await;
    let nobody = app.operator(&["note.*"]).await;
    let job = NewJob::of(&Note("x".to_owned())).unwrap();
    let id = add(&app, job).await;
    for path in ["", "/health", "/workers", "/schedules", &format!("/{id}")] {
        let path = format!("/admin/jobs{path}");
        reader.get(&path).await.ok();
        nobody.get(&path).await.fails("no_power");
        app.anonymous().get(&path).await.fails("unauthorized");
    }
    for path in [
        &format!("/{id}/retry"),
        &format!("/{id}/cancel"),
        "/schedules/test.nightly/run",
    ] {
        let path = format!("/admin/jobs{path}");
        reader.post(&path, json!({})).await.fails("no_power");
    }
    reader
        .delete(&format!("/admin/jobs/{id}"))
        .await
        .fails("no_power");
}

#[test]
fn a_worker_waits_for_the_schema_and_ends_when_told() {
    let place = Place::new();
    for wrong in [
        &["worker", "--queue", "mail=0"][..],
        &["worker", "--queue", "a b"],
        &["worker", "--queue", "mail=many"],
    ] {
        let ended = place.run(wrong);
        assert_eq!(ended.code, 2, "{ended:?}");
    }
    let worker = place.start(&["worker", "--queue", "default=2"], "no jobs are run yet");
    place.run(&["migrate", "up"]).ok();
    let worker = worker.until("this process leads");
    let ended = worker.stop().ok();
    assert!(ended.stderr.contains("worker started"), "{ended:?}");
    assert!(ended.stderr.contains("worker stopped"), "{ended:?}");
    let check = place.run(&["check", "--json"]).ok().json();
    let findings = check["findings"].as_array().unwrap().iter();
    let jobs = findings.clone().find(|one| one["subject"] == "jobs");
    let detail = jobs.unwrap()["detail"].as_str().unwrap();
    assert_eq!(detail, "0 workers, 0 schedules, nothing late");

    let served = place.start(&["serve", "--port", "0"], "this process leads");
    assert_eq!(served.stop().code, 0);
    let without = ["serve", "--port", "0", "--without-worker"];
    let served = place.start(&without, "listening on");
    // It listens to signals by the time that it answers.
    assert!(served.get("/health/live").contains("200 OK"));
    let ended = served.stop().ok();
    assert!(!ended.stderr.contains("worker started"), "{ended:?}");
}

#[test]
fn check_names_the_schedule_that_cannot_be() {
    let place = Place::new();
    place.run(&["migrate", "up"]).ok();
    std::fs::write(
        place.path().join("config/default.toml"),
        "[schedule.\"asset.expire\"]\nenabled = false\n",
    )
    .unwrap();
    let check = place.run(&["check"]);
    assert_eq!(check.code, 1);
    let expected = "[schedule.\"asset.expire\"]: the app has no such schedule";
    assert!(check.stdout.contains(expected), "{check:?}");
    let served = place.run(&["serve"]);
    assert!(served.stderr.contains(expected), "{served:?}");
}
