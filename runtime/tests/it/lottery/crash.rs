//! No prize is lost, doubled or oversold while the app is killed.
//!
//! Clients draw over HTTP, each request with a key, and send again what got no answer; three of ten
//! come again although they were answered. Meanwhile the app, a process of its own, gets SIGKILL.
//! At the end stock, winnings, journal and draws are compared with each other and with what the
//! clients were told.
//!
//! The size is for CI. Full size, for each of `sqlite` and `mysql`:
//!
//! ```sh
//! CLOUDAPP_LOTTERY_DRAWS=50000 CLOUDAPP_LOTTERY_KILLS=50 CLOUDAPP_LOTTERY_CLIENTS=500 \
//!   CLOUDAPP_LOTTERY_PRIZES=1000 tests/run.sh --release -p cloudapp-runtime --all-features \
//!   --test it -- --exact --nocapture lottery::crash::mysql
//! ```

mod app;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::asset::{Change, JournalFilter, Owner, VerifyOptions};
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::lottery::{PrizeRow, RuleDraft, WinningFilter};
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::app::{PROGRAM, SHARDS, application};
use super::world::{ACT, prize, rule, spread_tables, thanks};
use crate::asset::crash::client::Client;
use crate::asset::world::{APP_ID, config, migrate, servers, size};
use crate::support::served::Process;

const PLAYERS: usize = 100;
/// Of the requests that are answered, these come again.
const REPEATED_PERCENT: u64 = 30;
/// Longest time until a request is answered, whatever is killed.
const PATIENCE: Duration = Duration::from_secs(300);
const COST: i64 = 10;
/// Most phones of a player.
const PHONES_EACH: i32 = 2;

struct Driver {
    draws: usize,
    address: String,
    tokens: Vec<String>,
    next: AtomicUsize,
    answered: AtomicUsize,
    unanswered: AtomicUsize,
    repeated: AtomicUsize,
    /// The winnings that clients were told of.
    told: Mutex<BTreeSet<Id>>,
}

impl Driver {
    /// Sends a draw until it is answered.
    async fn send(&self, client: &mut Client, number: usize) -> Value {
        let body = json!({ "key": format!("draw {number}") });
        let began = Instant::now();
        loop {
            match client.post("/client/draws", &body).await {
                Ok((200, answer)) => return answer["data"].clone(),
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
            if number >= self.draws {
                return;
            }
            let player = number % PLAYERS;
            let open = || Client::new(&self.address, &self.tokens[player]);
            let client = clients.entry(player).or_insert_with(open);
            let first = self.send(client, number).await;
            self.answered.fetch_add(1, Ordering::Relaxed);
            for one in first.as_array().unwrap() {
                if let Some(id) = one["prize_roster_id"].as_str() {
                    self.told.lock().unwrap().insert(id.parse().unwrap());
                }
            }
            if random::below(100).unwrap() < REPEATED_PERCENT {
                assert_eq!(self.send(client, number).await, first, "draw {number}");
                self.repeated.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Kills at random points of the run.
    async fn kill(&self, process: &mut Process, count: usize) {
        let last = (self.draws * 95 / 100).max(1) as u64;
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

/// The schema, the rule and the prizes.
async fn prepare(ctx: &Context, stock: i64) -> Vec<PrizeRow> {
    migrate(ctx).await;
    let lottery = ctx.lottery();
    let rule = RuleDraft {
        pity_after: 40,
        ..rule(COST)
    };
    lottery.save_rule(APP_ID, &rule).await.unwrap();
    let phones = stock / 10;
    let mut phone = prize("Phone", 20, phones);
    phone.prize_limit = PHONES_EACH;
    let drafts = [phone, prize("Tea cup", 80, stock - phones), thanks(900)];
    let mut prizes = Vec::new();
    for draft in drafts {
        prizes.push(lottery.create_prize(APP_ID, draft).await.unwrap());
    }
    prizes
}

async fn log_in(address: &str) -> (Vec<String>, Vec<Id>) {
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

/// What draws cost, by the journal.
async fn cost(ctx: &Context) -> i64 {
    let filter = JournalFilter {
        source_types: vec![4],
        ..JournalFilter::default()
    };
    let ledger = ctx.ledger();
    let (mut sum, mut after) = (0, None);
    loop {
        let rows = ledger.log_of_tenant(APP_ID, &filter, after, 1_000);
        let rows = rows.await.unwrap();
        sum += rows.iter().map(|row| row.operate_value).sum::<i64>();
        match rows.last() {
            Some(row) => after = Some(row.id),
            None => return sum,
        }
    }
}

/// Compares stock, winnings, draws and journal with each other.
async fn compare(ctx: &Context, driver: &Driver, prizes: &[PrizeRow], players: &[Id]) -> String {
    let lottery = ctx.lottery();
    let (mut ids, mut by_prize, mut after) = (BTreeSet::new(), BTreeMap::new(), None);
    let mut phones: BTreeMap<Id, i32> = BTreeMap::new();
    loop {
        let all = WinningFilter::default();
        let rows = lottery.winnings(APP_ID, &all, after, 1_000).await.unwrap();
        for row in &rows {
            assert!(ids.insert(row.id));
            *by_prize.entry(row.prize_id).or_insert(0) += 1;
            if row.prize_id == prizes[0].id {
                *phones.entry(row.user_id).or_default() += 1;
            }
        }
        match rows.last() {
            Some(row) => after = Some(row.id),
            None => break,
        }
    }
    assert_eq!(ids, *driver.told.lock().unwrap());
    assert!(phones.values().all(|count| *count <= PHONES_EACH));
    let mut issued = 0;
    for old in &prizes[..2] {
        let row = lottery.prize(APP_ID, old.id).await.unwrap();
        assert_eq!(row.surplus + row.hand_out, old.prize_total);
        assert_eq!(row.hand_out, by_prize.get(&old.id).copied().unwrap_or(0));
        issued += row.hand_out;
    }
    assert_eq!(cost(ctx).await, -(driver.draws as i64) * COST);
    let mut draws = 0;
    for user_id in players {
        let player = Player {
            user_id: *user_id,
            app_id: APP_ID.to_owned(),
        };
        let rows = lottery.draws_of(&player, ACT, None, 100_000).await.unwrap();
        assert!(rows.iter().all(|row| row.is_sound()));
        draws += rows.len();
    }
    assert_eq!(draws, driver.draws);
    let total: i64 = prizes[..2].iter().map(|row| row.prize_total).sum();
    format!("{issued} of {total} prizes issued, each a winning; {draws} draws done again alike")
}

async fn proof(name: &str, server: &str) {
    let began = Instant::now();
    let draws = size("CLOUDAPP_LOTTERY_DRAWS", 1_200);
    let kills = size("CLOUDAPP_LOTTERY_KILLS", 3);
    let clients = size("CLOUDAPP_LOTTERY_CLIENTS", 64);
    let stock = size("CLOUDAPP_LOTTERY_PRIZES", 40) as i64;
    let folder = tempfile::tempdir().unwrap();
    let scratch = Scratch::create(server).await;
    let mut config = config(scratch.url());
    spread_tables(&mut config, SHARDS);
    let application = application();
    let connect = || Context::connect(&application, config.clone());
    let ctx = connect().await.unwrap();
    let prizes = prepare(&ctx, stock).await;
    let mut process = Process::start(&PROGRAM, folder.path(), scratch.url()).await;
    let (tokens, players) = log_in(&process.address()).await;
    for user_id in &players {
        let owner = Owner::user(APP_ID, ACT, *user_id);
        let all = COST * draws as i64;
        let gift = Change::new(owner, cloudapp_runtime::asset::Asset::POINTS, all);
        ctx.ledger().change(gift).await.unwrap();
    }
    ctx.close().await;
    let driver = Arc::new(Driver {
        draws,
        address: process.address(),
        tokens,
        next: AtomicUsize::new(0),
        answered: AtomicUsize::new(0),
        unanswered: AtomicUsize::new(0),
        repeated: AtomicUsize::new(0),
        told: Mutex::default(),
    });
    let mut working = JoinSet::new();
    for _ in 0..clients {
        working.spawn(Arc::clone(&driver).work());
    }
    let work = async {
        while let Some(done) = working.join_next().await {
            done.unwrap();
        }
    };
    tokio::join!(work, driver.kill(&mut process, kills));
    process.kill();
    let ctx = connect().await.unwrap();
    let result = compare(&ctx, &driver, &prizes, &players).await;
    let report = ctx.ledger().verify(&VerifyOptions::default(), |_| {}).await;
    assert!(report.unwrap().is_clean());
    ctx.close().await;
    let figure = |figure: &AtomicUsize| figure.load(Ordering::Relaxed);
    println!(
        "{name}: {draws} draws of {clients} clients, {} repeated; app killed {kills} times; {} \
         without answer; {result}; {:.0} s",
        figure(&driver.repeated),
        figure(&driver.unanswered),
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
