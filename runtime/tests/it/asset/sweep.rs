//! What has expired is taken away from those who touch nothing.

use std::sync::Arc;

use chrono::Duration;
use cloudapp_runtime::asset::Asset;
use cloudapp_runtime::clock::ManualClock;

use super::ledger::{Books, DAILY, owner};

#[tokio::test]
async fn what_has_expired_is_taken_away_once() {
    let clock = Arc::new(ManualClock::new("2026-01-31T10:00:00Z".parse().unwrap()));
    let start = clock.clone();
    for books in Books::each_at(move || start.clone()).await {
        let ledger = books.ctx().ledger();
        for user in 1..=30 {
            books.give(user, DAILY, 10).await;
            books.give(user, Asset::new(DAILY, "other"), 2).await;
            books.give(user, Asset::POINTS, 5).await;
        }
        books.give(1, DAILY, -4).await;
        let nothing = ledger.expire_due(None).await.unwrap();
        assert_eq!((nothing.balances, nothing.amount), (0, 0));
        clock.advance(Duration::days(1));
        books.give(2, DAILY, 1).await;
        let some = ledger.expire_due(Some(7)).await.unwrap();
        assert_eq!((some.balances, some.failed), (7, 0));
        let rest = ledger.expire_due(None).await.unwrap();
        // The change of player 2 took away what had expired of that balance.
        assert_eq!(some.balances + rest.balances, 59);
        assert_eq!(some.amount + rest.amount, 30 * 12 - 4 - 10);
        let nothing = ledger.expire_due(None).await.unwrap();
        assert_eq!((nothing.balances, nothing.failed), (0, 0));
        assert_eq!(ledger.get(&owner(2), &Asset::from(DAILY)).await.unwrap(), 1);
        assert_eq!(ledger.get(&owner(3), &Asset::from(DAILY)).await.unwrap(), 0);
        assert_eq!(
            ledger.get(&owner(3), &Asset::POINTS.into()).await.unwrap(),
            5
        );
        let report = books.verify().await;
        assert_eq!(report.total, 0, "{report:#?}");
        clock.advance(Duration::days(-1));
    }
}
