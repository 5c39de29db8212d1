//! No round is lost and none paid twice while the app is killed.
//!
//! Clients do things for tasks over HTTP, and claim, and send again what got no answer; three of
//! ten requests come again although they were answered. Meanwhile the app, a process of its own,
//! gets SIGKILL. At the end the tables are compared with what the clients did.
//!
//! The size is for CI. Full size, for each of `sqlite` and `mysql`:
//!
//! ```sh
//! CLOUDAPP_TASK_ACTS=100000 CLOUDAPP_TASK_KILLS=50 tests/run.sh --release \
//!   -p cloudapp-runtime --all-features --test it -- --exact --nocapture task::crash::mysql
//! ```

mod app;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::asset::VerifyOptions;
use cloudapp_runtime::config::{Config, ShardConfig};
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;
use sea_orm::{ConnectionTrait as _, QueryResult, Statement};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::app::{PROGRAM, SHARDS, TASK_TABLES, application};
use super::world::{Chance, draft, servers, size};
use crate::asset::crash::client::Client;
use crate::asset::world::{APP_ID, config, migrate, spread};
use crate::support::served::Process;

const CLIENTS: usize = 64;
const PLAYERS: u64 = 100;
/// Of the requests that are answered, these come again.
const REPEATED_PERCENT: u64 = 30;
/// Longest time until a request is answered, whatever is killed.
const PATIENCE: Duration = Duration::from_secs(300);
/// What a free gift pays, and a round of two shares.
const GIFT: i64 = 3;
const ROUND: i64 = 5;

#[derive(Clone, Copy, PartialEq)]
enum What {
    Gift,
    Share,
    Claim,
}

fn what(number: usize) -> What {
    match Chance::new(number as u64).below(10) {
        0..=3 => What::Gift,
        4..=7 => What::Share,
        _ => What::Claim,
    }
}

/// Some players have much more to do than others.
fn who(number: usize) -> usize {
    let mut chance = Chance::new(number as u64 ^ 0xabcd);
    let player = chance.below(PLAYERS) * chance.below(PLAYERS) / PLAYERS;
    player as usize
}

struct Driver {
    acts: usize,
    address: String,
    tokens: Vec<String>,
    tasks: [Id; 2],
    next: AtomicUsize,
    answered: AtomicUsize,
    unanswered: AtomicUsize,
    found_done: AtomicUsize,
    repeated: AtomicUsize,
}

impl Driver {
    /// Sends a request until it is answered; says whether it counted or paid.
    async fn send(&self, clients: &mut BTreeMap<usize, Client>, number: usize) -> bool {
        let player = who(number);
        let open = || Client::new(&self.address, &self.tokens[player]);
        let client = clients.entry(player).or_insert_with(open);
        let what = what(number);
        let task = self.tasks[usize::from(what != What::Gift)];
        let (path, body) = match what {
            What::Claim => ("claim", json!({})),
            _ => ("act", json!({ "request": format!("act {number}") })),
        };
        let path = format!("/client/tasks/{task}/{path}");
        let began = Instant::now();
        loop {
            match client.post(&path, &body).await {
                Ok((200, answer)) => return answer["data"]["is_counted"].as_bool().unwrap(),
                Ok((409, answer)) if what == What::Claim => {
                    assert_eq!(answer["error_code"], "task_not_ready", "{answer}");
                    return false;
                }
                Ok((status, answer)) if status < 500 => panic!("{number}: {answer}"),
                other => assert!(began.elapsed() < PATIENCE, "{number}: {other:?}"),
            }
            self.unanswered.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn work(self: Arc<Self>) {
        let mut clients = BTreeMap::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.acts {
                return;
            }
            let is_act = what(number) != What::Claim;
            if !self.send(&mut clients, number).await && is_act {
                self.found_done.fetch_add(1, Ordering::Relaxed);
            }
            self.answered.fetch_add(1, Ordering::Relaxed);
            let mut chance = Chance::new(number as u64 ^ 0x77);
            if chance.below(100) < REPEATED_PERCENT {
                let again = self.send(&mut clients, number).await;
                assert!(!again || !is_act, "act {number} counted twice");
                self.repeated.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Kills at random points of the run.
    async fn kill(&self, process: &mut Process, count: usize) {
        let last = (self.acts * 95 / 100).max(1) as u64;
        let mut points: Vec<usize> = (0..count)
            .map(|_| random::below(last).unwrap() as usize)
            .collect();
        points.sort_unstable();
        for point in points {
            while self.answered.load(Ordering::Relaxed) < point {
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_millis(random::below(40).unwrap())).await;
            process.kill_and_start().await;
        }
    }
}

/// Rows of all physical tables of a logical one.
async fn all(ctx: &Context, columns: &str, table: &str) -> Vec<QueryResult> {
    let db = ctx.db();
    let mut rows = Vec::new();
    for number in 0..SHARDS {
        let sql = format!("SELECT {columns} FROM {table}_{number}_tb");
        let statement = Statement::from_string(db.get_database_backend(), sql);
        rows.extend(db.query_all_raw(statement).await.unwrap());
    }
    rows
}

fn number(row: &QueryResult, index: usize) -> i64 {
    row.try_get_by_index(index).unwrap()
}

/// What the journal says: rounds by player and task, each once, and the sum.
async fn paid(ctx: &Context, tasks: &[Id; 2]) -> (BTreeMap<(i64, i64), i64>, i64) {
    let mut rounds: BTreeMap<(i64, i64), BTreeSet<i64>> = BTreeMap::new();
    let mut sum = 0;
    let columns = "user_id, operate_value, info_json, source_type";
    for row in all(ctx, columns, "asset_log").await {
        let source: i32 = row.try_get_by_index(3).unwrap();
        assert_eq!(source, 2);
        let info: String = row.try_get_by_index(2).unwrap();
        let info: Value = serde_json::from_str(&info).unwrap();
        let task: i64 = info["task_id"].as_str().unwrap().parse().unwrap();
        let [first, last] = [0, 1].map(|end| info["rounds"][end].as_i64().unwrap());
        let value = if task == tasks[0].get() { GIFT } else { ROUND };
        assert_eq!(number(&row, 1), (last - first + 1) * value);
        sum += number(&row, 1);
        let own = rounds.entry((number(&row, 0), task)).or_default();
        for round in first..=last {
            assert!(own.insert(round), "round {round} of {task} was paid twice");
        }
    }
    let counts = rounds.into_iter().map(|(of, rounds)| {
        let count = rounds.len() as i64;
        assert_eq!(rounds.last(), Some(&count), "a round is missing");
        (of, count)
    });
    (counts.collect(), sum)
}

/// Compares the tables with what was done.
async fn compare(ctx: &Context, driver: &Driver, players: &[i64]) -> String {
    let mut done: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for number in 0..driver.acts {
        let task = match what(number) {
            What::Gift => driver.tasks[0],
            What::Share => driver.tasks[1],
            What::Claim => continue,
        };
        *done.entry((players[who(number)], task.get())).or_default() += 1;
    }
    let (mut rounds, journal) = paid(ctx, &driver.tasks).await;
    let evidence = all(ctx, "user_id, task_id", "task_evidence").await.len();
    assert_eq!(evidence as i64, done.values().sum::<i64>());
    let (mut rewards, mut total) = (0, 0);
    for row in all(
        ctx,
        "user_id, task_id, complete_count, now_count",
        "task_count",
    )
    .await
    {
        let of = (number(&row, 0), number(&row, 1));
        let (complete, now) = (number(&row, 2), number(&row, 3));
        let is_gift = of.1 == driver.tasks[0].get();
        let (need, value) = if is_gift { (1, GIFT) } else { (2, ROUND) };
        assert_eq!(Some(complete * need + now), done.remove(&of), "{of:?}");
        assert_eq!(rounds.remove(&of).unwrap_or(0), complete, "{of:?}");
        rewards += complete;
        total += complete * value;
    }
    assert!(done.is_empty() && rounds.is_empty(), "{done:?}, {rounds:?}");
    assert_eq!(total, journal);
    let balances = all(ctx, "asset_value", "user_asset").await;
    assert_eq!(
        balances.iter().map(|row| number(row, 0)).sum::<i64>(),
        journal
    );
    format!("{rewards} rounds, each paid once; {journal} paid and in the journal")
}

/// The schema, the tasks, and the players' sessions.
async fn prepare(ctx: &Context) -> [Id; 2] {
    migrate(ctx).await;
    let gift = json!({ "reward_value": GIFT, "limit_num": 1_000_000 });
    let share = json!({ "reward_value": ROUND, "satisfy_num": 2, "limit_num": 1_000_000 });
    let tasks = ctx.tasks();
    let gift = tasks.create(APP_ID, &draft(0, 1, 3, gift)).await.unwrap();
    let share = tasks.create(APP_ID, &draft(0, 14, 3, share)).await.unwrap();
    [gift.id, share.id]
}

async fn log_in(address: &str) -> (Vec<String>, Vec<i64>) {
    let mut client = Client::new(address, "");
    let (mut tokens, mut players) = (Vec::new(), Vec::new());
    for number in 0..PLAYERS {
        let code = format!("player {number}");
        let body = json!({ "app_id": APP_ID, "platform": "dev", "code": code });
        let (status, answer) = client.post("/client/login", &body).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        tokens.push(answer["data"]["token"].as_str().unwrap().to_owned());
        players.push(answer["data"]["user_id"].as_str().unwrap().parse().unwrap());
    }
    (tokens, players)
}

fn spread_tables(config: &mut Config) {
    spread(config, SHARDS);
    for table in TASK_TABLES {
        let shard = ShardConfig {
            count: SHARDS,
            ..ShardConfig::default()
        };
        config.shard.insert(table.to_owned(), shard);
    }
}

async fn proof(name: &str, server: &str) {
    let began = Instant::now();
    let acts = size("CLOUDAPP_TASK_ACTS", 1_500);
    let kills = size("CLOUDAPP_TASK_KILLS", 3);
    let folder = tempfile::tempdir().unwrap();
    let scratch = Scratch::create(server).await;
    let mut config = config(scratch.url());
    spread_tables(&mut config);
    let ctx = Context::connect(&application(), config.clone())
        .await
        .unwrap();
    let tasks = prepare(&ctx).await;
    ctx.close().await;
    let mut process = Process::start(&PROGRAM, folder.path(), scratch.url()).await;
    let (tokens, players) = log_in(&process.address()).await;
    let driver = Arc::new(Driver {
        acts,
        address: process.address(),
        tokens,
        tasks,
        next: AtomicUsize::new(0),
        answered: AtomicUsize::new(0),
        unanswered: AtomicUsize::new(0),
        found_done: AtomicUsize::new(0),
        repeated: AtomicUsize::new(0),
    });
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(Arc::clone(&driver).work());
    }
    let work = async {
        while let Some(done) = clients.join_next().await {
            done.unwrap();
        }
    };
    tokio::join!(work, driver.kill(&mut process, kills));
    process.kill();
    let ctx = Context::connect(&application(), config).await.unwrap();
    let result = compare(&ctx, &driver, &players).await;
    let report = ctx
        .ledger()
        .verify(&VerifyOptions::default(), |_| {})
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:#?}");
    ctx.close().await;
    let figure = |figure: &AtomicUsize| figure.load(Ordering::Relaxed);
    println!(
        "{name}: {acts} requests, {} repeated; app killed {kills} times; {} without answer, {} \
         acts found done; {result}; {:.0} s",
        figure(&driver.repeated),
        figure(&driver.unanswered),
        figure(&driver.found_done),
        began.elapsed().as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    proof("SQLite", &servers()[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql() {
    proof("MariaDB", &servers()[1]).await;
}
