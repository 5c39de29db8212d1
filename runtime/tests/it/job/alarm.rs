//! Somebody is told, once, and told nothing secret.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::async_trait;
use cloudapp_runtime::config::{Config, Secret};
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::job::{Alarm, AlarmKind, AlarmSink, NewJob, health};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::stage::{Leader, Stage};
use super::world::{Note, Odd, servers, until};

const START: &str = "2026-01-30T00:00:00Z";

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Alarm>>>);

#[async_trait]
impl AlarmSink for Kept {
    async fn raise(&self, app_name: &str, alarm: &Alarm) -> AppResult<()> {
        assert_eq!(app_name, "jobs");
        self.0.lock().unwrap().push(alarm.clone());
        Ok(())
    }
}

impl Kept {
    fn subjects(&self, kind: AlarmKind) -> Vec<String> {
        let kept = self.0.lock().unwrap();
        let of_kind = kept.iter().filter(|alarm| alarm.kind == kind);
        of_kind.map(|alarm| alarm.subject.clone()).collect()
    }
}

fn quick(config: &mut Config) {
    config.alarm.check_s = 1;
    config.alarm.throttle_s = 2;
    config.alarm.queue_late_s = 30;
}

async fn discarded(ctx: &Context) {
    let job = NewJob::of(&Odd::Discards).unwrap();
    ctx.jobs().enqueue(job).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_told_once_in_a_while() {
    for server in servers() {
        let kept = Kept::default();
        let mut app = super::world::app();
        app.alarm_sink(kept.clone());
        let stage = Stage::of(&app, &server, START, quick).await;
        let ctx = &stage.ctx;
        discarded(ctx).await;
        stage.run().await;
        let job = NewJob::of(&Note("late".to_owned())).unwrap();
        ctx.jobs().enqueue(job).await.unwrap();
        stage.clock.advance(chrono::TimeDelta::seconds(31));
        let dead = "INSERT INTO job_worker_tb (id, host, pid, queues, started_at, beat_at, \
                    lease_until_us, running) SELECT 1, 'far', 7, '{}', MIN(created_at), \
                    MIN(created_at), 9000000000000000, 0 FROM job_tb";
        ctx.db().execute_unprepared(dead).await.unwrap();
        let found = health(ctx).await.unwrap();
        assert!(!found.ok && found.problems.len() == 2, "{found:?}");
        let leader = Leader::start(ctx);
        until("everything is told", async || {
            kept.0.lock().unwrap().len() == 3
        })
        .await;
        // Within two seconds the same trouble is no news.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(kept.subjects(AlarmKind::DeadLetter), ["test.odd"]);
        assert_eq!(kept.subjects(AlarmKind::LateQueue), ["default"]);
        assert_eq!(kept.subjects(AlarmKind::LateWorker), ["far (7)"]);
        until("what goes on is told again", async || {
            kept.subjects(AlarmKind::LateQueue).len() == 2
        })
        .await;
        // A dead letter does not go on: it is told of once.
        assert_eq!(kept.subjects(AlarmKind::DeadLetter).len(), 1, "{server}");
        leader.stop().await;
        stage.close().await;
    }
}

/// What a robot got, and what it is to answer.
#[derive(Clone, Default)]
struct Robot {
    got: Arc<Mutex<Vec<Value>>>,
    answers: Arc<Mutex<Vec<(u16, Value)>>>,
}

async fn answer(State(robot): State<Robot>, body: axum::Json<Value>) -> (StatusCode, String) {
    robot.got.lock().unwrap().push(body.0);
    let answer = robot.answers.lock().unwrap().pop();
    let (status, body) = answer.unwrap_or((200, json!({ "errcode": 0, "errmsg": "ok" })));
    (StatusCode::from_u16(status).unwrap(), body.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_robot_gets_messages_and_is_asked_again_when_it_fails() {
    let robot = Robot::default();
    *robot.answers.lock().unwrap() = vec![
        (200, json!({ "errcode": 45009, "errmsg": "too many" })),
        (502, json!({})),
    ];
    let router = axum::Router::new()
        .route("/send", post(answer))
        .with_state(robot.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let stage = Stage::of(&super::world::app(), "sqlite:", START, |config| {
        quick(config);
        config.alarm.throttle_s = 600;
        let url = format!("http://{address}/send?key=top-secret");
        config.alarm.webhook_url = Secret::new(url);
    })
    .await;
    assert!(!format!("{:?}", stage.ctx.config()).contains("top-secret"));
    discarded(&stage.ctx).await;
    stage.run().await;
    let leader = Leader::start(&stage.ctx);
    // Twice it fails, then it is told.
    until("it is asked three times", async || {
        robot.got.lock().unwrap().len() == 3
    })
    .await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    leader.stop().await;
    let got = robot.got.lock().unwrap().clone();
    assert_eq!(got.len(), 3, "{got:?}");
    assert_eq!(got[0]["msgtype"], "markdown");
    let content = got[2]["markdown"]["content"].as_str().unwrap();
    for text in [
        "**Dead letters**: jobs",
        "test.odd",
        "/admin/jobs?state=dead",
    ] {
        assert!(content.contains(text), "{content}");
    }
    serving.abort();
    stage.close().await;
}

#[tokio::test]
async fn what_is_no_webhook_is_refused_without_naming_it() {
    let refused = async |url: &str| {
        let mut config = super::world::config("sqlite::memory:");
        config.alarm.webhook_url = Secret::new(url);
        let started = Context::connect(&App::new("jobs", "1.0.0"), config).await;
        started.err().unwrap().to_string()
    };
    let error = refused("http://[bad?key=top-secret").await;
    assert!(error.contains("alarm.webhook_url"), "{error}");
    assert!(!error.contains("top-secret"), "{error}");
}
