//! Random histories: the ledger against a model that knows nothing but plain maps.
//!
//! Histories share a database and a clock, each with players of its own, and go on side by side,
//! so that their changes are committed in groups. At first no kind of asset expires; at some step
//! two of them begin to.
//!
//! `CLOUDAPP_LEDGER_HISTORIES` sets how many there are. Full size:
//!
//! ```sh
//! CLOUDAPP_LEDGER_HISTORIES=10000 tests/run.sh -p cloudapp-runtime --all-features --test it -- \
//!   --exact --nocapture asset::model::random_histories
//! ```

mod reference;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::{DateTime, Duration, TimeZone, Utc};
use cloudapp_runtime::app::Context;
use cloudapp_runtime::asset::{Asset, Change, JournalFilter, NoHooks, Owner, Receipt};
use cloudapp_runtime::clock::{Clock, ManualClock};
use cloudapp_runtime::config::AssetTypeConfig;
use cloudapp_runtime::types::Id;
use futures_util::future::join_all;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use self::reference::{Ask, KINDS, Model, Row, Wish};
use super::world::{APP_ID, World, app, size};

/// Histories that share their clock, on average.
const TOGETHER: usize = 45;
const STEPS_MAX: usize = 24;
const OWNERS: usize = 3;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// The tenant's time is Shanghai's.
const ZONE_MS: i64 = 8 * 3600 * 1000;

// --- what is asked -------------------------------------------------------------------------------

#[derive(Clone, Debug)]
enum Op {
    /// Something new.
    Do(Vec<Ask>),
    /// An earlier one, unchanged.
    Again(usize),
    /// The key of an earlier one for something else.
    Other(usize, u8),
}

#[derive(Clone, Debug)]
enum Pause {
    Hours(i64),
    /// To the first millisecond of the next day.
    ToMidnight,
    /// To the last millisecond of this day.
    BeforeMidnight,
}

#[derive(Clone, Debug)]
struct Batch {
    pauses: Vec<Pause>,
    /// The step at which two kinds begin to expire.
    expires_from: usize,
    histories: Vec<Vec<Op>>,
}

fn asks() -> impl Strategy<Value = Ask> {
    let extreme = [0, i64::MIN, 1 << 53, (1 << 53) - 1, (1 << 31) - 1];
    let delta = prop_oneof![
        24 => 1_i64..=60,
        20 => -60_i64..=-1,
        1 => proptest::sample::select(extreme.to_vec()),
    ];
    let ask = (0..OWNERS, 0..KINDS.len(), delta);
    ask.prop_map(|(owner, kind, delta)| Ask { owner, kind, delta })
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => asks().prop_map(|ask| Op::Do(vec![ask])),
        4 => vec(asks(), 2..6).prop_map(Op::Do),
        2 => any::<usize>().prop_map(Op::Again),
        1 => (any::<usize>(), 0_u8..3).prop_map(|(which, how)| Op::Other(which, how)),
    ]
}

fn batches() -> impl Strategy<Value = Batch> {
    let pause = prop_oneof![
        6 => Just(Pause::Hours(0)),
        4 => (1_i64..30).prop_map(Pause::Hours),
        1 => Just(Pause::ToMidnight),
        1 => Just(Pause::BeforeMidnight),
    ];
    let histories = vec(vec(ops(), 1..=STEPS_MAX), 1..=100);
    (vec(pause, STEPS_MAX + 1), 0..STEPS_MAX / 2, histories).prop_map(
        |(pauses, expires_from, histories)| Batch {
            pauses,
            expires_from,
            histories,
        },
    )
}

// --- both of them --------------------------------------------------------------------------------

/// One history, of owners whom no other one has.
struct History<'a> {
    ops: &'a [Op],
    model: Model,
    owners: Vec<Owner>,
    asked: Vec<Wish>,
    /// What was answered first, by key.
    answers: BTreeMap<usize, Vec<Receipt>>,
}

fn today(at: DateTime<Utc>) -> i64 {
    (at.timestamp_millis() + ZONE_MS).div_euclid(DAY_MS)
}

fn asset(kind: usize) -> Asset {
    Asset::new(KINDS[kind].number, KINDS[kind].object)
}

macro_rules! same {
    ($left:expr, $right:expr, $($what:tt)*) => {
        let (left, right) = (&$left, &$right);
        if left != right {
            let what = format!($($what)*);
            return Err(format!("{what}: the ledger says {left:?}, the model {right:?}"));
        }
    };
}

impl<'a> History<'a> {
    fn new(ops: &'a [Op]) -> Self {
        static USERS: AtomicI64 = AtomicI64::new(1);
        let user = USERS.fetch_add(2, Ordering::Relaxed);
        let places = [(user, 1), (user + 1, 1), (user, 0)];
        let owners = places.map(|(user, act)| Owner::user(APP_ID, Id::new(act), Id::new(user)));
        Self {
            ops,
            model: Model::default(),
            owners: owners.to_vec(),
            asked: Vec::new(),
            answers: BTreeMap::new(),
        }
    }

    fn wish(&self, op: &Op) -> Wish {
        let new = |asks| Wish {
            key: self.asked.len(),
            title: 0,
            asks,
        };
        let earlier = |which: usize| self.asked.get(which % self.asked.len().max(1)).cloned();
        let simple = Ask {
            owner: 0,
            kind: 0,
            delta: 1,
        };
        match op {
            Op::Do(asks) => new(asks.clone()),
            Op::Again(which) => earlier(*which).unwrap_or_else(|| new(vec![simple])),
            Op::Other(which, how) => {
                let mut wish = earlier(*which).unwrap_or_else(|| new(vec![simple]));
                let last = wish.asks.len() - 1;
                match how {
                    0 => wish.title += 1,
                    1 if last > 0 => wish.asks.truncate(last),
                    _ => wish.asks[last].kind = (wish.asks[last].kind + 1) % KINDS.len(),
                }
                wish
            }
        }
    }

    fn changes(&self, wish: &Wish) -> Vec<Change> {
        let changes = wish.asks.iter().map(|ask| {
            Change::new(self.owners[ask.owner].clone(), asset(ask.kind), ask.delta)
                .key(format!("key {}", wish.key))
                .title(format!("title {}", wish.title))
        });
        changes.collect()
    }

    async fn step(&mut self, ctx: &Context, step: usize, is_expiring: bool) -> Result<(), String> {
        let Some(op) = self.ops.get(step) else {
            return Ok(());
        };
        let wish = self.wish(op);
        let expected = self.model.apply(&wish, today(ctx.now()), is_expiring);
        let answer = ctx.ledger().change_many(self.changes(&wish)).await;
        let answer = answer.map_err(|error| error.code().as_str());
        let figures = answer.clone().map(|receipts| {
            let rows = receipts.iter().zip(&wish.asks).map(|(receipt, ask)| Row {
                kind: ask.kind,
                delta: ask.delta,
                before: receipt.before,
                after: receipt.value,
                seq: receipt.seq.try_into().unwrap(),
            });
            let replayed = receipts.iter().all(|receipt| receipt.replayed);
            (rows.collect::<Vec<_>>(), replayed)
        });
        same!(figures, expected, "step {step}, {wish:?}");
        if let Ok(receipts) = answer {
            let first = self
                .answers
                .entry(wish.key)
                .or_insert_with(|| receipts.clone());
            let again = |first: &Receipt| Receipt {
                replayed: receipts[0].replayed,
                ..first.clone()
            };
            let again: Vec<Receipt> = first.iter().map(again).collect();
            same!(receipts, again, "step {step}, {wish:?}");
        }
        self.asked.push(wish);
        Ok(())
    }

    /// Compares balances before and after what has expired is taken away, and all journals.
    async fn compare(&mut self, ctx: &Context) -> Result<(), String> {
        let today = today(ctx.now());
        for owner in 0..OWNERS {
            let place = self.owners[owner].clone();
            for (number, kind) in KINDS.iter().enumerate() {
                let get = || async {
                    let value = ctx.ledger().get(&place, &asset(number)).await;
                    value.map_err(|error| error.detail())
                };
                let value = self.model.value((owner, number), today);
                same!(get().await?, value, "balance {owner} {number}");
                if kind.days.is_some() {
                    let expired = ctx.ledger().expire(&place, &asset(number)).await;
                    let expired = expired.map_err(|error| error.detail())?;
                    let expected = self.model.expire((owner, number), today);
                    same!(expired, expected, "expired {owner} {number}");
                    same!(get().await?, value, "balance {owner} {number} after expiry");
                }
            }
            self.compare_journal(ctx, owner).await?;
        }
        Ok(())
    }

    async fn compare_journal(&self, ctx: &Context, owner: usize) -> Result<(), String> {
        let place = &self.owners[owner];
        let filter = JournalFilter::default();
        let log = ctx.ledger().log(place, &filter, None, 10_000).await;
        let mut log = log.map_err(|error| error.detail())?;
        log.reverse();
        let mut sums: BTreeMap<Asset, i64> = BTreeMap::new();
        let mut rows = Vec::new();
        for (row, seq) in log.iter().zip(1_usize..) {
            let asset = Asset::new(row.asset_type, &row.asset_object_id);
            let sum = sums.entry(asset).or_default();
            same!(row.history_value, *sum, "history_value of {row:?}");
            *sum += row.operate_value;
            same!(row.now_value, *sum, "now_value of {row:?}");
            same!(row.seq, seq as i64, "seq of {row:?}");
            let number = KINDS.iter().position(|kind| kind.number == row.asset_type);
            rows.push(Row {
                kind: number.unwrap(),
                delta: row.operate_value,
                before: row.history_value,
                after: row.now_value,
                seq,
            });
        }
        let expected = self.model.journals.get(&owner).cloned().unwrap_or_default();
        same!(rows, expected, "journal of owner {owner}");
        let is_in_order = log.is_sorted_by_key(|row| (row.created_at, row.seq));
        same!(is_in_order, true, "times of owner {owner}");
        for holding in ctx.ledger().list(place, &[], None).await.unwrap() {
            let sum = sums.get(&holding.asset).copied().unwrap_or(0);
            same!(holding.value, sum, "sum of {:?}", holding.asset);
        }
        for ((_, key), (wish, _)) in &self.model.done {
            let receipts = wish.asks.iter().zip(&self.answers[key]);
            for (_, receipt) in receipts.filter(|(ask, _)| ask.owner == owner) {
                let row = log.iter().find(|row| row.id == receipt.log_id);
                let seq = row.map(|row| row.seq);
                same!(seq, Some(receipt.seq), "the row of {receipt:?}");
            }
        }
        Ok(())
    }
}

fn pause(clock: &ManualClock, pause: &Pause) {
    let into_day = (clock.now_ms() + ZONE_MS).rem_euclid(DAY_MS);
    clock.advance(match pause {
        Pause::Hours(hours) => Duration::hours(*hours),
        Pause::ToMidnight => Duration::milliseconds(DAY_MS - into_day),
        Pause::BeforeMidnight => Duration::milliseconds(DAY_MS - 1 - into_day),
    });
}

async fn run(world: &World, clock: &ManualClock, batch: &Batch) -> Result<(), String> {
    let mut histories: Vec<_> = batch
        .histories
        .iter()
        .map(|ops| History::new(ops))
        .collect();
    let steps = batch.histories.iter().map(Vec::len).max().unwrap_or(0);
    for step in 0..steps {
        pause(clock, &batch.pauses[step]);
        let is_expiring = step >= batch.expires_from;
        let ctx = &world.instances[usize::from(is_expiring)];
        let all = histories.iter_mut();
        let all = all.map(|history| history.step(ctx, step, is_expiring));
        join_all(all).await.into_iter().collect::<Result<(), _>>()?;
    }
    pause(clock, &batch.pauses[steps]);
    let all = histories.iter_mut();
    let all = all.map(|history| history.compare(&world.instances[1]));
    join_all(all).await.into_iter().collect()
}

#[test]
fn random_histories() {
    let count = size("CLOUDAPP_LEDGER_HISTORIES", 250);
    let began = Instant::now();
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let start = Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap();
    let clock = Arc::new(ManualClock::new(start));
    let setting = Arc::clone(&clock);
    let world = tokio.block_on(World::start(
        "sqlite:",
        &app(NoHooks),
        setting,
        |config, who| {
            for kind in KINDS {
                let days = kind.days.filter(|_| who == 1);
                let rule = AssetTypeConfig {
                    upper_limit: kind.limit,
                    expires_after_days: days.map(|days| days.try_into().unwrap()),
                };
                config.asset.types.insert(kind.number.to_string(), rule);
            }
        },
    ));
    let done = std::cell::Cell::new((0, 0));
    let mut runner = TestRunner::new(Config {
        cases: count.div_ceil(TOGETHER).try_into().unwrap(),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    });
    let outcome = runner.run(&batches(), |batch| {
        let (histories, steps) = done.get();
        let more: usize = batch.histories.iter().map(Vec::len).sum();
        done.set((histories + batch.histories.len(), steps + more));
        let outcome = tokio.block_on(run(&world, &clock, &batch));
        outcome.map_err(TestCaseError::fail)
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    tokio.block_on(world.close());
    let (histories, steps) = done.get();
    println!(
        "{histories} histories, {steps} operations, 0 differences; {:.1} s",
        began.elapsed().as_secs_f64()
    );
}
