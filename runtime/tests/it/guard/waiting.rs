//! The same request while the first one is handled, and what becomes of it when somebody goes away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::testing::{Client, TestApp};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use super::fixture::{self, Raw, effects, execute, post, records, request, send};
use super::servers;
use crate::web::start;
use crate::web::wire::Server;

/// Long enough for a request just sent to have reached its handler.
const SHORTLY: Duration = Duration::from_millis(200);

fn sleeping(ms: u64) -> Value {
    json!({"how": "sleep", "number": ms})
}

/// The same request to each of the routers, all at once.
async fn at_once(routers: Vec<axum::Router>, client: &Client, body: &Value) -> Vec<Raw> {
    let asked: Vec<_> = routers
        .into_iter()
        .map(|router| {
            let request = request(client, "/client/effects", "k", body);
            tokio::spawn(send(router, request))
        })
        .collect();
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(asked.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_at_once_one_is_handled() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let alice = app.player("alice").await;
        let answers = at_once(vec![app.router(); 20], &alice, &sleeping(300)).await;
        let new = answers.iter().filter(|answer| !answer.is_replay()).count();
        assert_eq!((new, effects(&app).await), (1, 1), "{name}");
        assert!(answers.iter().all(|one| one.status == 201), "{name}");
        assert!(
            answers.iter().all(|one| one.body == answers[0].body),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_in_twenty_processes_one_is_handled() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let alice = app.player("alice").await;
        // Each router has its own knowledge of what it is handling, as each process has.
        let routers = (0..20).map(|_| fixture::app().router(app.context().clone()));
        let answers = at_once(routers.collect(), &alice, &sleeping(300)).await;
        let new = answers.iter().filter(|answer| !answer.is_replay()).count();
        assert_eq!((new, effects(&app).await), (1, 1), "{name}");
        assert!(
            answers.iter().all(|one| one.body == answers[0].body),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_waits_for_one_that_fails_runs_in_its_place() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let answers = at_once(vec![app.router(); 10], &alice, &json!({"how": "fail_once"})).await;
    let failed = answers.iter().filter(|one| one.status == 500).count();
    let new = answers.iter().filter(|one| !one.is_replay()).count();
    assert_eq!((failed, new, effects(&app).await), (1, 2, 2));
}

#[tokio::test]
async fn another_content_does_not_wait() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let first = request(&alice, "/client/effects", "k", &sleeping(1_500));
    let first = tokio::spawn(send(app.router(), first));
    sleep(SHORTLY).await;
    let before = Instant::now();
    for router in [app.router(), fixture::app().router(app.context().clone())] {
        let other = request(&alice, "/client/effects", "k", &json!({"how": "succeed"}));
        let other = send(router, other).await;
        assert_eq!(other.error_code(), "idempotency_conflict");
    }
    assert!(before.elapsed() < Duration::from_secs(1));
    assert_eq!(first.await.unwrap().status, 201);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_no_lock() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let server = Server::start(app.router(), 1).await;
    let body = sleeping(800).to_string();
    let mut stream = server.connect().await;
    let head = format!(
        "POST /client/effects HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         idempotency-key: k\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        alice.token().unwrap(),
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    sleep(SHORTLY).await;
    drop(stream);
    sleep(SHORTLY).await;
    let before = Instant::now();
    let again = request(&alice, "/client/effects", "k", &sleeping(800));
    let again = send(app.router(), again).await;
    assert_eq!((again.status, again.is_replay()), (201, true));
    assert!(before.elapsed() < Duration::from_secs(5));
    assert_eq!(effects(&app).await, 1);
}

#[tokio::test]
async fn a_handler_that_takes_too_long_gives_the_key_back() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.server.request_timeout_s = 1)
        .start()
        .await;
    let alice = app.player("alice").await;
    let first = post(&app, &alice, "k", "hang_once").await;
    assert_eq!(
        (first.status, first.error_code().as_str()),
        (503, "timeout")
    );
    let second = post(&app, &alice, "k", "hang_once").await;
    assert_eq!((second.status, second.is_replay()), (201, false));
    assert_eq!(effects(&app).await, 2);
}

/// Makes the record look as it does while another process handles the request.
async fn undo(app: &TestApp) {
    let sql = "UPDATE idempotency_tb SET state = 'running', status_code = NULL, body = NULL";
    execute(app, sql).await;
}

#[tokio::test]
async fn nobody_waits_longer_than_a_request_may_take() {
    let app = TestApp::setup(fixture::app())
        .config(|config| config.server.request_timeout_s = 2)
        .start()
        .await;
    let alice = app.player("alice").await;
    post(&app, &alice, "k", "succeed").await;
    undo(&app).await;
    let before = Instant::now();
    let body = json!({"how": "succeed"});
    for answer in at_once(vec![app.router(); 3], &alice, &body).await {
        assert_eq!((answer.status, answer.error_code().as_str()), (503, "busy"));
    }
    assert!(before.elapsed() > Duration::from_secs(1));
    assert!(before.elapsed() < Duration::from_secs(5));
    assert_eq!((effects(&app).await, records(&app).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_lock_of_a_dead_process_ends() {
    for (name, server) in servers() {
        let clock = Arc::new(ManualClock::new(start()));
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .clock(clock.clone())
            .start()
            .await;
        let alice = app.player("alice").await;
        post(&app, &alice, "k", "succeed").await;
        undo(&app).await;
        clock.advance(chrono::Duration::seconds(30 + 10));
        let other = post(&app, &alice, "k", "plain").await;
        assert_eq!(other.error_code(), "idempotency_conflict", "{name}");
        // One of all who find it takes it over.
        let routers = (0..10).map(|_| fixture::app().router(app.context().clone()));
        let body = json!({"how": "succeed"});
        let answers = at_once(routers.collect(), &alice, &body).await;
        let new = answers.iter().filter(|one| !one.is_replay()).count();
        assert_eq!((new, effects(&app).await), (1, 2), "{name}");
        assert!(answers.iter().all(|one| one.status == 201), "{name}");
    }
}
