//! Where nothing is wrong, nothing is found: whatever was changed, with old keys, and while others
//! write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::asset::{Asset, Change, FindingKind, VerifyOptions};
use cloudapp_runtime::config::Secret;
use cloudapp_runtime::error::ErrorCode;

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

#[tokio::test]
async fn random_changes_are_clean_with_old_keys_too() {
    for books in Books::each().await {
        let mut dice = Dice(7);
        let mut rows = 0;
        for _ in 0..1_000 {
            rows += act(books.ctx(), &mut dice, 200).await;
        }
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
        for _ in 0..1_000 {
            rows += act(&rotated, &mut dice, 200).await;
        }
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
        for _ in 0..15 {
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
        // Otherwise the test would show nothing.
        println!("{doubted} doubted, {} rows", report.rows);
    }
}
