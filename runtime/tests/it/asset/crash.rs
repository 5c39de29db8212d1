//! Nothing is lost and nothing doubled while the app and its database are killed.
//!
//! Clients change balances over HTTP, each change under a key of its own, and send it again until
//! they are told what became of it. Meanwhile the app, a process of its own, gets SIGKILL, and so
//! does the database server, which is this test's own. At the end the tables are compared with what
//! the clients were told.
//!
//! The size is for CI. Full size, for each of `sqlite`, `mysql` and `postgres`:
//!
//! ```sh
//! CLOUDAPP_LEDGER_CHANGES=100000 CLOUDAPP_LEDGER_APP_KILLS=200 CLOUDAPP_LEDGER_DB_KILLS=50 \
//!   tests/run.sh -p cloudapp-runtime --all-features --test it -- --exact --nocapture \
//!   asset::crash::sqlite
//! ```

mod app;
mod books;
pub(crate) mod client;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::asset::{Asset, VerifyOptions};
use cloudapp_runtime::auth::operator;
use cloudapp_runtime::config::Secret;
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::app::{Process, SHARDS, application};
use self::client::Client;
use super::world::{APP_ID, config, migrate, size, spread};
use crate::support::server::DatabaseServer;

const CLIENTS: usize = 64;
const USERS: u64 = 1_000;
/// He has one change of ten.
const HOT_USER: i64 = 1;
const ACTIVITY: i64 = 1;
const PATH: &str = "/admin/assets/change";
const PASSWORD: &str = "correct horse battery";
/// Longest time until a change is answered, whatever is killed.
const PATIENCE: Duration = Duration::from_secs(300);
/// Of the changes that are answered, these come again, unchanged or not.
const REPEATED_PERCENT: u64 = 5;
const DISTORTED_PERCENT: u64 = 1;

/// What a client was told in the end.
#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Done { log_id: i64, value: i64 },
    Refused(String),
}

/// A number that looks random and is the same in each run.
fn scatter(number: usize, salt: u64) -> u64 {
    let mut hash = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (salt << 7);
    for _ in 0..3 {
        hash = (hash ^ (hash >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    hash ^ (hash >> 29)
}

/// Whose balance a change is about.
fn user_of(number: usize) -> i64 {
    if scatter(number, 1).is_multiple_of(10) {
        HOT_USER
    } else {
        HOT_USER + 1 + (scatter(number, 2) % USERS) as i64
    }
}

fn delta_of(number: usize) -> i64 {
    let amount = 1 + (scatter(number, 3) % 100) as i64;
    if scatter(number, 4) % 100 < 55 {
        amount
    } else {
        -amount
    }
}

fn only_id_of(number: usize) -> String {
    format!("change {number}")
}

struct Driver {
    changes: usize,
    address: String,
    token: String,
    next: AtomicUsize,
    answered: AtomicUsize,
    /// Requests that got no final answer.
    unanswered: AtomicUsize,
    /// Changes that were found done when they came again after that.
    found_done: AtomicUsize,
    repeated: AtomicUsize,
    distorted: AtomicUsize,
}

impl Driver {
    /// Sends a change until it is answered; also whether it was done by an earlier request.
    async fn send(&self, client: &mut Client, number: usize, more: i64) -> (Answer, bool) {
        let body = json!({
            "act_id": ACTIVITY.to_string(),
            "user_id": user_of(number).to_string(),
            "asset_type": Asset::POINTS,
            "delta": delta_of(number) + more,
            "only_id": only_id_of(number),
            "title": "Under fire",
        });
        let began = Instant::now();
        loop {
            match client.post(PATH, &body).await {
                Ok((200, answer)) => return done(&answer["data"]),
                Ok((status, answer)) if status < 500 => {
                    let code = answer["error_code"].as_str().unwrap_or_default();
                    return (Answer::Refused(code.to_owned()), false);
                }
                other => assert!(began.elapsed() < PATIENCE, "change {number}: {other:?}"),
            }
            self.unanswered.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends changes until there are none left, and some of them again.
    async fn work(self: Arc<Self>) -> Vec<(usize, Answer)> {
        let mut client = Client::new(&self.address, &self.token);
        let mut own: Vec<(usize, Answer)> = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.changes {
                return own;
            }
            let (answer, replayed) = self.send(&mut client, number, 0).await;
            if let Answer::Refused(code) = &answer {
                assert_eq!(code, "no_enough", "change {number}");
            }
            self.found_done
                .fetch_add(replayed.into(), Ordering::Relaxed);
            own.push((number, answer));
            self.answered.fetch_add(1, Ordering::Relaxed);
            let done = own
                .iter()
                .filter(|(_, one)| matches!(one, Answer::Done { .. }));
            let which = scatter(number, 5) as usize % own.len();
            let Some((earlier, answer)) = done.cycle().nth(which) else {
                continue;
            };
            let chance = scatter(number, 6) % 100;
            if chance < REPEATED_PERCENT {
                let again = self.send(&mut client, *earlier, 0).await;
                assert_eq!(again, (answer.clone(), true), "change {earlier} again");
                self.repeated.fetch_add(1, Ordering::Relaxed);
            } else if chance < REPEATED_PERCENT + DISTORTED_PERCENT {
                let (other, _) = self.send(&mut client, *earlier, 1_000).await;
                let conflict = Answer::Refused("idempotency_conflict".to_owned());
                assert_eq!(other, conflict, "change {earlier} distorted");
                self.distorted.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits for each of some random points of the run in turn.
    async fn points(&self, count: usize, mut act: impl AsyncFnMut()) {
        let last = (self.changes * 95 / 100).max(1) as u64;
        let mut points: Vec<usize> = (0..count)
            .map(|_| random::below(last).unwrap() as usize)
            .collect();
        points.sort_unstable();
        for point in points {
            while self.answered.load(Ordering::Relaxed) < point {
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_millis(random::below(40).unwrap())).await;
            act().await;
        }
    }
}

fn done(data: &Value) -> (Answer, bool) {
    let answer = Answer::Done {
        log_id: data["log_id"].as_str().unwrap().parse().unwrap(),
        value: data["value"].as_i64().unwrap(),
    };
    (answer, data["replayed"].as_bool().unwrap())
}

/// The schema and an operator.
async fn prepare(ctx: &Context) {
    migrate(ctx).await;
    let password = Secret::new(PASSWORD);
    let everything = ["*".to_owned()];
    operator::create(ctx, APP_ID, "driver", &password, &everything)
        .await
        .unwrap();
}

async fn log_in(address: &str) -> String {
    let body = json!({ "username": "driver", "password": PASSWORD });
    let answer = Client::new(address, "").post("/admin/login", &body).await;
    let (status, answer) = answer.unwrap();
    assert_eq!(status, 200, "{answer}");
    answer["data"]["token"].as_str().unwrap().to_owned()
}

/// Runs clients and killers to their end.
async fn fire(
    driver: &Arc<Driver>,
    process: &mut Process,
    server: Option<&Arc<DatabaseServer>>,
    kills: (usize, usize),
) -> BTreeMap<usize, Answer> {
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(Arc::clone(driver).work());
    }
    let kill_apps = driver.points(kills.0, async || process.kill_and_start().await);
    let kill_servers = driver.points(kills.1, async || {
        let server = Arc::clone(server.unwrap());
        let killing = tokio::task::spawn_blocking(move || server.kill_and_start());
        killing.await.unwrap();
    });
    let answers = async {
        let mut answers = BTreeMap::new();
        while let Some(own) = clients.join_next().await {
            answers.extend(own.unwrap());
        }
        answers
    };
    // A client that fails ends the run; the killers would wait for the others for ever.
    let killers = async { tokio::join!(kill_apps, kill_servers) };
    tokio::pin!(answers, killers);
    tokio::select! {
        answers = &mut answers => { killers.await; answers }
        _ = &mut killers => answers.await,
    }
}

async fn proof(name: &str, server: Option<DatabaseServer>, folder: &Path) {
    let began = Instant::now();
    let changes = size("CLOUDAPP_LEDGER_CHANGES", 1_500);
    let app_kills = size("CLOUDAPP_LEDGER_APP_KILLS", 3);
    let db_kills = size("CLOUDAPP_LEDGER_DB_KILLS", 1) * usize::from(server.is_some());
    let server = server.map(Arc::new);
    let url = server.as_ref().map(|server| server.url());
    let scratch = Scratch::create(&url.unwrap_or_else(|| "sqlite:".to_owned())).await;
    let mut config = config(scratch.url());
    spread(&mut config, SHARDS);
    let ctx = Context::connect(&application(), config.clone())
        .await
        .unwrap();
    prepare(&ctx).await;
    ctx.close().await;
    let mut process = Process::start(folder, scratch.url()).await;
    let driver = Arc::new(Driver {
        changes,
        address: process.address(),
        token: log_in(&process.address()).await,
        next: AtomicUsize::new(0),
        answered: AtomicUsize::new(0),
        unanswered: AtomicUsize::new(0),
        found_done: AtomicUsize::new(0),
        repeated: AtomicUsize::new(0),
        distorted: AtomicUsize::new(0),
    });
    let kills = (app_kills, db_kills);
    let answers = fire(&driver, &mut process, server.as_ref(), kills).await;
    process.kill();
    assert_eq!(answers.len(), changes);
    let ctx = Context::connect(&application(), config).await.unwrap();
    let findings = books::compare(&ctx, &answers).await;
    verify_ledger(&ctx).await;
    ctx.close().await;
    let refused = answers
        .values()
        .filter(|answer| matches!(answer, Answer::Refused(_)));
    let figure = |figure: &AtomicUsize| figure.load(Ordering::Relaxed);
    println!(
        "{name}: {changes} changes, {} refused; app killed {app_kills} times, database {db_kills} \
         times; {} requests without answer, {} changes found done; {} repeated, {} distorted; \
         {findings}; {:.0} s",
        refused.count(),
        figure(&driver.unanswered),
        figure(&driver.found_done),
        figure(&driver.repeated),
        figure(&driver.distorted),
        began.elapsed().as_secs_f64()
    );
    findings.must_be_none();
}

/// What the ledger itself says about its tables.
async fn verify_ledger(ctx: &Context) {
    let options = VerifyOptions::default();
    let report = ctx.ledger().verify(&options, |_| {}).await.unwrap();
    assert!(report.is_clean(), "{report:#?}");
    books::heads_match(ctx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    proof("SQLite", None, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql() {
    let folder = tempfile::tempdir().unwrap();
    let server = DatabaseServer::start("mariadb", folder.path());
    proof("MariaDB", Some(server), folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let folder = tempfile::tempdir().unwrap();
    let server = DatabaseServer::start("postgres", folder.path());
    proof("PostgreSQL", Some(server), folder.path()).await;
}
