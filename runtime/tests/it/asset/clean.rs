//! Where nothing is wrong, nothing is found: whatever was changed, with old keys, and while others
//! write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use cloudapp_runtime::app::Context;
use cloudapp_runtime::asset::{Asset, Change, FindingKind, VerifyOptions};
use cloudapp_runtime::config::Secret;
use cloudapp_runtime::db::Group;
use cloudapp_runtime::error::ErrorCode;
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::shard::reshard::{self, Plan};

use futures_util::future::join_all;
use tokio::time::sleep;

use super::ledger::{Books, DAILY, app, owner};

/// Numbers that look random, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        i64::try_from((self.0 >> 33) % end).unwrap()
    }

    fn change(&mut self, owners: u64) -> Change {
        let asset = match self.below(4) {
            0 => Asset::from(Asset::POINTS),
            1 => Asset::from(Asset::COUNT),
            2 => Asset::from(DAILY),
            _ => Asset::new(Asset::PRICE_GEAR, format!("gear-{}", self.below(3))),
        };
        let delta = self.below(100) - 30;
        let delta = if delta == 0 { 1 } else { delta };
        Change::new(owner(1 + self.below(owners)), asset, delta)
    }
}

/// A change, or several at once; some are refused, because the balance does not suffice.
async fn act(ctx: &Context, dice: &mut Dice, owners: u64) -> u64 {
    let many = if dice.below(4) == 0 {
        1 + dice.below(4)
    } else {
        1
    };
    let changes: Vec<Change> = (0..many).map(|_| dice.change(owners)).collect();
    match ctx.ledger().change_many(changes).await {
        Ok(receipts) => receipts.len() as u64,
        Err(error) if error.code() == ErrorCode::NO_ENOUGH => 0,
        Err(error) => panic!("{}", error.detail()),
    }
}

/// A thousand operations of 200 owners, some at the same time. Answers how many rows they wrote.
async fn act_often(ctx: &Context, dice: &mut Dice) -> u64 {
    let mut rows = 0;
    for _ in 0..50 {
        let mut several: Vec<Dice> = (0..20)
            .map(|_| Dice(dice.below(1 << 31).unsigned_abs()))
            .collect();
        let several = several.iter_mut().map(|dice| act(ctx, dice, 200));
        rows += join_all(several).await.into_iter().sum::<u64>();
    }
    rows
}

#[tokio::test]
async fn random_changes_are_clean_with_old_keys_too() {
    for books in Books::each().await {
        let mut dice = Dice(7);
        let mut rows = 0;
        rows += act_often(books.ctx(), &mut dice).await;
        let report = books.verify().await;
        assert_eq!((report.total, report.doubted), (0, 0), "{report:#?}");
        assert_eq!(report.rows, rows);

        let mut config = books.ctx().config().clone();
        let old = config.asset.chain_key.clone();
        config.asset.chain_key = Secret::new("another key that everybody may know as well");
        config.asset.chain_key_id = "2".to_owned();
        let forgetful = config.clone();
        config.asset.retired_chain_keys.insert("1".to_owned(), old);
        let rotated = Context::connect(&app(), config).await.unwrap();
        rows += act_often(&rotated, &mut dice).await;
        let options = VerifyOptions::default();
        let report = rotated.ledger().verify(&options, |_| {}).await.unwrap();
        assert_eq!(report.total, 0, "{report:#?}");
        assert_eq!(report.rows, rows);
        rotated.close().await;

        let forgetful = Context::connect(&app(), forgetful).await.unwrap();
        let options = VerifyOptions {
            findings_max: 1_000,
        };
        let report = forgetful.ledger().verify(&options, |_| {}).await.unwrap();
        assert!(report.total > 0);
        let is_it = |kind| kind == FindingKind::UnknownKey;
        assert!(
            report.findings.iter().all(|one| is_it(one.kind)),
            "{report:#?}"
        );
        // Once for an owner, not for each row.
        assert!(report.total <= report.owners, "{report:#?}");
        forgetful.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_make_no_findings() {
    for books in Books::each().await {
        let stop = Arc::new(AtomicBool::new(false));
        let written = Arc::new(AtomicU64::new(0));
        let writers: Vec<_> = (0..4)
            .map(|number| {
                let ctx = books.ctx().clone();
                let (stop, written) = (Arc::clone(&stop), Arc::clone(&written));
                tokio::spawn(async move {
                    let mut dice = Dice(number);
                    while !stop.load(Ordering::SeqCst) {
                        let rows = act(&ctx, &mut dice, 30).await;
                        written.fetch_add(rows, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        let mut doubted = 0;
        while written.load(Ordering::SeqCst) < 500 {
            let report = books.verify().await;
            assert_eq!(report.total, 0, "{report:#?}");
            doubted += report.doubted;
        }
        stop.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.unwrap();
        }
        let report = books.verify().await;
        assert_eq!((report.total, report.doubted), (0, 0), "{report:#?}");
        assert_eq!(report.rows, written.load(Ordering::SeqCst));
        assert!(
            doubted > 0,
            "the test shows nothing when nobody writes between"
        );
    }
}

/// The journal is spread while somebody writes and somebody verifies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_on_the_move_make_no_findings() {
    for books in Books::each().await {
        if books.count != 1 {
            continue;
        }
        let mut dice = Dice(3);
        act_often(books.ctx(), &mut dice).await;
        let stop = Arc::new(AtomicBool::new(false));
        let ctx = books.ctx().clone();
        let stopped = Arc::clone(&stop);
        let mover = tokio::spawn(async move {
            let options = Options::default();
            let plan = Plan {
                conn: ctx.db_of(Group::Asset),
                options: &options,
                patience: Duration::from_millis(100),
                progress: &|_| {},
            };
            let mut outcome = Err(String::new());
            // On SQLite, writers may keep the lock from the mover for longer than it waits.
            for _ in 0..20 {
                let moved = reshard::reshard(&plan, "asset_log_tb", 2).await;
                outcome = moved.map(|_| ()).map_err(|error| error.to_string());
                if outcome.is_ok() {
                    break;
                }
                sleep(Duration::from_millis(200)).await;
            }
            // Even if it failed: the others must not go on for ever.
            stopped.store(true, Ordering::SeqCst);
            outcome
        });
        let ctx = books.ctx().clone();
        let stopped = Arc::clone(&stop);
        let writer = tokio::spawn(async move {
            while !stopped.load(Ordering::SeqCst) {
                act(&ctx, &mut dice, 200).await;
                sleep(Duration::from_millis(50)).await;
            }
        });
        let mut passes = 0;
        while !stop.load(Ordering::SeqCst) {
            let report = books.verify().await;
            assert_eq!(report.total, 0, "{report:#?}");
            passes += 1;
            // Those who move and write shall get on as well.
            sleep(Duration::from_millis(200)).await;
        }
        mover.await.unwrap().unwrap();
        writer.await.unwrap();
        let report = books.verify().await;
        assert_eq!((report.total, report.doubted), (0, 0), "{report:#?}");
        assert!(passes > 3 && report.owners > 150, "{passes}: {report:#?}");
    }
}
