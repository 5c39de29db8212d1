//! What a day made of every balance.

use std::sync::Arc;

use cloudapp_runtime::asset::{Asset, Inventory, InventoryFilter, InventoryReport, Notice};
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::http::PageQuery;
use cloudapp_runtime::id::Id;

use super::ledger::{Books, owner};

const DAY: i32 = 20_260_131;
const NEXT: i32 = 20_260_201;

fn at(clock: &ManualClock, time: &str) {
    clock.set(time.parse().unwrap());
}

async fn rows(books: &Books, day: i32) -> Vec<Inventory> {
    let filter = InventoryFilter {
        day: Some(day),
        ..InventoryFilter::default()
    };
    let page = PageQuery::new(0, 200);
    let ledger = books.ctx().ledger();
    let page = ledger.inventory("demo", &filter, &page).await.unwrap();
    assert_eq!(page.total, Some(page.items.len() as u64));
    page.items
}

async fn take(books: &Books, day: i32) -> InventoryReport {
    let ledger = books.ctx().ledger();
    ledger.take_inventory(day, |_| {}).await.unwrap()
}

async fn notices(books: &Books) -> Vec<Notice> {
    let page = PageQuery::new(0, 200);
    let ledger = books.ctx().ledger();
    ledger.notices("demo", Some(1), &page).await.unwrap().items
}

fn of(rows: &[Inventory], user: i64) -> Option<[i64; 5]> {
    let row = rows.iter().find(|row| row.user_id == Id::new(user))?;
    Some([
        row.history_value,
        row.inc_value,
        row.dec_value,
        row.now_value,
        row.process_count,
    ])
}

/// The days of player 1 end at the last millisecond in Shanghai.
async fn fill(books: &Books, clock: &ManualClock) {
    at(clock, "2026-01-30T15:59:59.999Z");
    books.give(1, Asset::POINTS, 100).await;
    at(clock, "2026-01-30T16:00:00.000Z");
    books.give(1, Asset::POINTS, 10).await;
    books.give(1, Asset::COUNT, 3).await;
    for user in 2..=250 {
        books.give(user, Asset::POINTS, 5).await;
    }
    at(clock, "2026-01-31T15:59:59.999Z");
    books.give(1, Asset::POINTS, -50).await;
    at(clock, "2026-01-31T16:00:00.000Z");
    books.give(1, Asset::POINTS, 1).await;
    books.give(2, Asset::POINTS, -5).await;
    at(clock, "2026-02-02T03:00:00.000Z");
}

#[tokio::test]
async fn a_day_is_that_of_the_tenant_and_may_be_taken_again() {
    let clock = Arc::new(ManualClock::new("2026-01-30T10:00:00Z".parse().unwrap()));
    let start = clock.clone();
    for books in Books::each_at(move || start.clone()).await {
        fill(&books, &clock).await;
        let ledger = books.ctx().ledger();
        assert_eq!(ledger.yesterday().unwrap(), NEXT);
        for wrong in [20_260_203, 20_260_230, 20_261_301, 0, -1, 20_260_100] {
            assert!(
                ledger.take_inventory(wrong, |_| {}).await.is_err(),
                "{wrong}"
            );
        }
        let report = take(&books, DAY).await;
        assert_eq!((report.accounts, report.rows), (251, 252));
        assert_eq!((report.warnings, report.removed), (0, 0));
        let filter = InventoryFilter {
            day: Some(DAY),
            user_id: Some(Id::new(1)),
            act_id: Some(Id::new(7)),
            asset_type: Some(Asset::POINTS),
            asset_object_id: Some(String::new()),
        };
        let page = PageQuery::default();
        let own = ledger
            .inventory("demo", &filter, &page)
            .await
            .unwrap()
            .items;
        assert_eq!(of(&own, 1), Some([100, 10, -50, 60, 2]));
        let first = rows_of_all(&books).await;
        let again = take(&books, DAY).await;
        assert_eq!(again, report);
        assert_eq!(rows_of_all(&books).await, first);

        let report = take(&books, NEXT).await;
        assert_eq!((report.accounts, report.warnings), (2, 0));
        let next = rows(&books, NEXT).await;
        assert_eq!(of(&next, 1), Some([60, 1, 0, 61, 1]));
        assert_eq!(of(&next, 2), Some([5, 0, -5, 0, 1]));
        assert!(notices(&books).await.is_empty());
        let others = ledger
            .inventory("other", &InventoryFilter::default(), &page)
            .await;
        assert!(others.unwrap().items.is_empty());
    }
}

/// Both pages, by id.
async fn rows_of_all(books: &Books) -> Vec<Inventory> {
    let mut all = Vec::new();
    for index in 0..2 {
        let page = PageQuery::new(index, 200);
        let ledger = books.ctx().ledger();
        let page = ledger
            .inventory("demo", &InventoryFilter::default(), &page)
            .await;
        all.extend(page.unwrap().items);
    }
    assert_eq!(all.len(), 251);
    all
}

#[tokio::test]
async fn what_does_not_add_up_becomes_a_notice_once() {
    let clock = Arc::new(ManualClock::new("2026-01-30T10:00:00Z".parse().unwrap()));
    let start = clock.clone();
    for books in Books::each_at(move || start.clone()).await {
        at(&clock, "2026-01-31T03:00:00.000Z");
        for user in 1..=6 {
            books.give(user, Asset::POINTS, 5).await;
        }
        at(&clock, "2026-02-01T03:00:00.000Z");
        for user in 1..=5 {
            books.give(user, Asset::POINTS, 2).await;
        }
        at(&clock, "2026-02-02T03:00:00.000Z");
        assert_eq!(take(&books, DAY).await.warnings, 0);
        let sum = "UPDATE asset_log_tb SET operate_value = 3 WHERE {} AND seq = 2";
        books.run(1, sum).await;
        let opening = "UPDATE asset_inventory_tb SET now_value = 4 WHERE {}";
        books.run(2, opening).await;
        let closing = "UPDATE user_asset_tb SET asset_value = 9 WHERE {}";
        books.run(3, closing).await;
        // A balance that changed since is none of that day's.
        books.give(4, Asset::POINTS, 1).await;
        let report = take(&books, NEXT).await;
        assert_eq!((report.accounts, report.warnings), (5, 3));
        let mut found: Vec<(Id, String)> = notices(&books)
            .await
            .into_iter()
            .map(|notice| {
                let finding = notice.finding.unwrap();
                let fault = finding.split(':').nth(2).unwrap().to_owned();
                (notice.user_id, fault)
            })
            .collect();
        found.sort();
        let expected = [(1, "sum"), (2, "opening"), (3, "closing")];
        let expected = expected.map(|(user, fault)| (Id::new(user), fault.to_owned()));
        assert_eq!(found, expected);
        assert_eq!(take(&books, NEXT).await, report);
        assert_eq!(notices(&books).await.len(), 3);

        books
            .run(5, "DELETE FROM asset_log_tb WHERE {} AND seq = 2")
            .await;
        let report = take(&books, NEXT).await;
        assert_eq!((report.accounts, report.removed), (4, 1));
        assert_eq!(rows(&books, NEXT).await.len(), 4);
        assert_eq!(notices(&books).await.len(), 4);
        let ledger = books.ctx().ledger();
        let points = Asset::from(Asset::POINTS);
        assert_eq!(ledger.get(&owner(5), &points).await.unwrap(), 7);
    }
}

#[tokio::test]
async fn a_day_that_was_left_out_is_no_fault() {
    let clock = Arc::new(ManualClock::new("2026-01-30T10:00:00Z".parse().unwrap()));
    let start = clock.clone();
    for books in Books::each_at(move || start.clone()).await {
        for day in ["2026-01-30", "2026-01-31", "2026-02-01"] {
            at(&clock, &format!("{day}T03:00:00.000Z"));
            books.give(1, Asset::POINTS, 5).await;
        }
        at(&clock, "2026-02-02T03:00:00.000Z");
        take(&books, 20_260_130).await;
        assert_eq!(take(&books, NEXT).await.warnings, 0);
    }
}
