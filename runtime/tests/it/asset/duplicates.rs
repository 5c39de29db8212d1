//! Many at once: duplicates of a key, spendings of one balance, transfers in circles, refusals
//! among good changes.
//!
//! Two instances of an app work on one database. `CLOUDAPP_LEDGER_KEYS` sets the number of keys.
//! Full size:
//!
//! ```sh
//! CLOUDAPP_LEDGER_KEYS=10000 tests/run.sh -p cloudapp-runtime --all-features --test it -- \
//!   --nocapture asset::duplicates::duplicates
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::asset::{Asset, Change, Hooks, JournalFilter, Receipt};
use cloudapp_runtime::clock::SystemClock;
use cloudapp_runtime::db::Transaction;
use cloudapp_runtime::error::{AppError, AppResult, ErrorCode};
use cloudapp_runtime::migrate::Migration;
use cloudapp_runtime::migrate::prelude::{Table, big_integer};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use sea_orm::{ConnectionTrait as _, Statement};

use super::world::{World, change, owner, servers, size, spread};

/// How often each key is sent.
const COPIES: usize = 20;
/// Keys that are in the air at a time.
const KEYS_AT_A_TIME: usize = 8;

async fn worlds(group_commit: bool) -> Vec<(String, World)> {
    let mut worlds = Vec::new();
    for server in servers() {
        let world = World::of(&server, |config| {
            config.asset.group_commit = group_commit;
            spread(config, 4);
        });
        let scheme = server.split(':').next().unwrap().to_owned();
        worlds.push((scheme, world.await));
    }
    worlds
}

async fn value(ctx: &Context, user: i64) -> i64 {
    let points = Asset::from(Asset::POINTS);
    ctx.ledger().get(&owner(user), &points).await.unwrap()
}

async fn rows(ctx: &Context, user: i64) -> usize {
    let filter = JournalFilter::default();
    let (ledger, owner) = (ctx.ledger(), owner(user));
    let log = ledger.log(&owner, &filter, None, 1_000_000);
    log.await.unwrap().len()
}

fn code(answer: &AppResult<Receipt>) -> &'static str {
    answer
        .as_ref()
        .map_or_else(|error| error.code().as_str(), |_| "ok")
}

// --- duplicates of a key -------------------------------------------------------------------------

/// Sends one key many times, every fifth time for something else; the effect that it had.
async fn one_key(world: &World, number: i64, users: i64) -> (i64, i64) {
    let user = 1 + number % users;
    let delta = 1 + number % 7;
    let key = format!("key {number}");
    let copies = (0..COPIES).map(|copy| {
        let ctx = &world.instances[copy % 2];
        let is_other = copy % 5 == 4;
        let delta = if is_other { delta + 1 } else { delta };
        let change = change(user, delta, key.clone());
        async move { (is_other, ctx.ledger().change(change).await) }
    });
    let answers = join_all(copies).await;
    let done = answers
        .iter()
        .filter_map(|(_, answer)| answer.as_ref().ok());
    let first: Vec<&Receipt> = done.clone().filter(|one| !one.replayed).collect();
    assert_eq!(first.len(), 1, "{key}: {answers:?}");
    for receipt in done {
        let as_first = Receipt {
            replayed: false,
            ..receipt.clone()
        };
        assert_eq!(as_first, *first[0], "{key}");
    }
    // Whichever body came first, the copies of the other one are conflicts.
    let effect = first[0].value - first[0].before;
    for (is_other, answer) in &answers {
        let is_same = *is_other == (effect == delta + 1);
        let expected = if is_same {
            "ok"
        } else {
            "idempotency_conflict"
        };
        assert_eq!(code(answer), expected, "{key}: {answer:?}");
    }
    (user, effect)
}

async fn duplicates(world: &World, name: &str) {
    let began = Instant::now();
    let keys = i64::try_from(size("CLOUDAPP_LEDGER_KEYS", 200)).unwrap();
    let users = (keys / 10).max(1);
    let effects = stream::iter(0..keys)
        .map(|number| one_key(world, number, users))
        .buffer_unordered(KEYS_AT_A_TIME);
    let effects: Vec<(i64, i64)> = effects.collect().await;
    let mut balances: BTreeMap<i64, i64> = BTreeMap::new();
    for (user, effect) in effects {
        *balances.entry(user).or_default() += effect;
    }
    let ctx = &world.instances[0];
    let mut journal = 0;
    for (user, expected) in balances {
        assert_eq!(value(ctx, user).await, expected, "player {user}");
        journal += rows(ctx, user).await;
    }
    assert_eq!(journal, usize::try_from(keys).unwrap());
    println!(
        "{name}: {keys} keys, {} requests, {journal} effects, 0 doubled, 0 lost; {:.1} s",
        keys * COPIES as i64,
        began.elapsed().as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duplicates_in_groups() {
    for (name, world) in worlds(true).await {
        duplicates(&world, &name).await;
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duplicates_one_by_one() {
    for (name, world) in worlds(false).await {
        duplicates(&world, &name).await;
        world.close().await;
    }
}

// --- spendings and transfers ---------------------------------------------------------------------

async fn spend(world: &World, name: &str) {
    let ctx = &world.instances[0];
    ctx.ledger().change(change(1, 100, "gain")).await.unwrap();
    let spends = (0..100).map(|number| {
        let ctx = &world.instances[number % 2];
        let spend = change(1, -10, format!("spend {number}"));
        async move {
            loop {
                let answer = ctx.ledger().change(spend.clone()).await;
                // What a slow machine did not get to may come again, under its key.
                if code(&answer) != "busy" {
                    return answer;
                }
            }
        }
    });
    let answers = join_all(spends).await;
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in &answers {
        *codes.entry(code(answer)).or_default() += 1;
    }
    let expected = BTreeMap::from([("ok", 10), ("no_enough", 90)]);
    assert_eq!(codes, expected, "{name}");
    let values = answers.iter().flatten().map(|receipt| receipt.value);
    let values: BTreeSet<i64> = values.collect();
    assert_eq!(values, (0..10).map(|tens| tens * 10).collect(), "{name}");
    assert_eq!(value(ctx, 1).await, 0);
    assert_eq!(rows(ctx, 1).await, 11);
}

async fn transfers(world: &World, name: &str) {
    const PLAYERS: i64 = 10;
    let ctx = &world.instances[0];
    for user in 1..=PLAYERS {
        let gain = change(100 + user, 50, format!("gain {user}"));
        ctx.ledger().change(gain).await.unwrap();
    }
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    let storm = (0..300_i64).map(|number| {
        let ctx = &world.instances[usize::from(number % 2 == 0)];
        // To and fro between the same two, among others.
        let from = 1 + (number / 2 * 7 + number % 2) % PLAYERS;
        let to = 1 + (number / 2 * 7 + (number + 1) % 2 + number % 3) % PLAYERS;
        let to = if to == from { 1 + to % PLAYERS } else { to };
        let amount = 1 + number % 40;
        let gift = vec![
            change(100 + from, -amount, format!("gift {number}")),
            change(100 + to, amount, String::from("of the first")),
        ];
        async move { ctx.ledger().change_many(gift).await }
    });
    let storm: Vec<_> = storm.collect();
    let answers: Vec<_> = stream::iter(storm).buffer_unordered(32).collect().await;
    for answer in answers {
        let code = answer.as_ref().err().map_or("ok", |e| e.code().as_str());
        assert!(["ok", "no_enough"].contains(&code), "{name}: {answer:?}");
        *codes.entry(code).or_default() += 1;
    }
    let mut total = 0;
    for user in 1..=PLAYERS {
        let balance = value(ctx, 100 + user).await;
        assert!(balance >= 0);
        total += balance;
    }
    assert_eq!(total, 50 * PLAYERS, "{name}");
    println!("{name}: transfers {codes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spendings_and_transfers_at_once() {
    for group_commit in [true, false] {
        for (name, world) in worlds(group_commit).await {
            spend(&world, &name).await;
            transfers(&world, &name).await;
            world.close().await;
        }
    }
}

// --- refusals among good changes -----------------------------------------------------------------

/// Writes into a table of its own before and after each change; what the title says goes wrong
/// then.
struct Notes;

async fn note(txn: &Transaction<'_>, id: i64) -> AppResult<()> {
    let sql = format!("INSERT INTO note_tb (id) VALUES ({id})");
    txn.execute_unprepared(&sql).await?;
    Ok(())
}

#[async_trait]
impl Hooks for Notes {
    async fn before_change(&self, txn: &Transaction<'_>, change: &mut Change) -> AppResult<()> {
        note(txn, change.owner.user_id.get() * 10).await?;
        match change.title.as_str() {
            "refused before" => Err(ErrorCode::USER_EXCEPTION.into()),
            "broken before" => note(txn, change.owner.user_id.get() * 10).await,
            _ => Ok(()),
        }
    }

    async fn after_change(
        &self,
        txn: &Transaction<'_>,
        change: &Change,
        receipt: &Receipt,
    ) -> AppResult<()> {
        note(txn, change.owner.user_id.get() * 10 + 1).await?;
        assert_eq!(receipt.value, receipt.before + change.delta);
        match change.title.as_str() {
            "refused after" => Err(AppError::conflict("not this one")),
            "broken after" => note(txn, change.owner.user_id.get() * 10 + 1).await,
            _ => Ok(()),
        }
    }
}

fn noting() -> App {
    let mut app = App::new("ledger", "1.0.0");
    let notes = Migration::new("note_0001_create", |steps| {
        let id = big_integer("id").primary_key().to_owned();
        steps.create_table(Table::create().table("note_tb").col(id).to_owned());
    });
    app.module(Module::new("note").migrations(vec![notes]));
    app.module(Module::new("asset").ledger(Notes));
    app
}

/// What goes wrong with some of them, and how it is answered.
const WRONGS: [(&str, &str); 5] = [
    ("spent", "no_enough"),
    ("refused before", "user_exception"),
    ("broken before", "conflict"),
    ("refused after", "conflict"),
    ("broken after", "conflict"),
];

/// 64 changes at once, of which some go wrong.
async fn mixed(world: &World, round: i64, wrongs: &[(usize, &str, &str)], name: &str) {
    let ctx = &world.instances[0];
    let user = |index: usize| round * 100 + 1 + index as i64;
    let wrong = |index| wrongs.iter().find(|(place, ..)| *place == index);
    let all = (0..64).map(|index| {
        let title = wrong(index).map_or("good", |(_, title, _)| title);
        let delta = if title == "spent" { -1 } else { 5 };
        let change = change(user(index), delta, "first").title(title);
        async move { ctx.ledger().change(change).await }
    });
    let answers = join_all(all).await;
    for (index, answer) in answers.iter().enumerate() {
        let expected = wrong(index).map_or("ok", |(.., code)| code);
        let said = format!("{name}, {index} of {wrongs:?}: {answer:?}");
        assert_eq!(code(answer), expected, "{said}");
        let is_done = u8::from(expected == "ok");
        let (value, rows) = (value(ctx, user(index)).await, rows(ctx, user(index)).await);
        assert_eq!(
            (value, rows),
            (5 * i64::from(is_done), usize::from(is_done)),
            "{said}"
        );
    }
    let notes = format!(
        "SELECT CAST(COUNT(*) AS {}) FROM note_tb WHERE id BETWEEN {} AND {}",
        if name == "mysql" { "SIGNED" } else { "BIGINT" },
        round * 1000,
        round * 1000 + 999
    );
    let db = ctx.db();
    let notes = Statement::from_string(db.get_database_backend(), notes);
    let notes = db.query_one_raw(notes).await.unwrap().unwrap();
    let notes: i64 = notes.try_get_by_index(0).unwrap();
    assert_eq!(notes, 2 * (64 - wrongs.len() as i64), "{name}: {wrongs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_spoils_nothing_else() {
    for server in servers() {
        for group_commit in [true, false] {
            let clock = Arc::new(SystemClock);
            let app = noting();
            let world = World::start(&server, &app, clock, |config, _| {
                config.asset.group_commit = group_commit;
            });
            let world = world.await;
            let name = server.split(':').next().unwrap();
            for (round, (title, code)) in (1..).zip(WRONGS) {
                mixed(&world, round, &[(31, title, code)], name).await;
            }
            let places = [0, 17, 31, 32, 63];
            let all = places.into_iter().zip(WRONGS);
            let all: Vec<_> = all
                .map(|(place, (title, code))| (place, title, code))
                .collect();
            mixed(&world, 9, &all, name).await;
            world.close().await;
        }
    }
}
