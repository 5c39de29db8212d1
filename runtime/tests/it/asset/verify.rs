//! What somebody does to the tables by hand is found, each by its kind.

use cloudapp_runtime::asset::{Asset, Finding, FindingKind, JournalFilter, JournalRow};
use cloudapp_runtime::db::Group;
use cloudapp_runtime::id::Id;
use hmac::{Hmac, Mac};
use sea_orm::ConnectionTrait;
use sha2::Sha256;

use super::ledger::{Books, DAILY, kinds, owner};

fn gear() -> Asset {
    Asset::new(Asset::PRICE_GEAR, "a")
}

/// Six rows: points 10, 30, 25, 26; chances of a price gear 7, 5.
async fn write(books: &Books, user: i64) {
    for delta in [10, 20, -5] {
        books.give(user, Asset::POINTS, delta).await;
    }
    books.give(user, gear(), 7).await;
    books.give(user, Asset::POINTS, 1).await;
    books.give(user, gear(), -2).await;
}

async fn journal(books: &Books, user: i64) -> Vec<JournalRow> {
    let ledger = books.ctx().ledger();
    let filter = JournalFilter::default();
    let rows = ledger.log(&owner(user), &filter, None, 100).await;
    let mut rows = rows.unwrap();
    rows.reverse();
    rows
}

const FIELDS: &[(i64, &str, &[&str])] = &[
    (
        1,
        "UPDATE asset_log_tb SET operate_value = -6 WHERE {} AND seq = 3",
        &["chain", "sum"],
    ),
    (
        2,
        "UPDATE asset_log_tb SET now_value = 27 WHERE {} AND seq = 5",
        &["balance", "chain", "sum"],
    ),
    (
        3,
        "UPDATE user_asset_tb SET asset_value = 1000 WHERE {} AND asset_type = 2",
        &["balance"],
    ),
    (
        4,
        "DELETE FROM asset_log_tb WHERE {} AND seq = 3",
        &["before_after", "seq_gap"],
    ),
    (
        5,
        "DELETE FROM asset_log_tb WHERE {} AND seq = 6",
        &["balance", "head"],
    ),
    (
        6,
        "DELETE FROM asset_log_tb WHERE {} AND seq = 1",
        &["before_after", "seq_gap"],
    ),
    (
        7,
        "UPDATE asset_log_tb SET log_title = 'Gift' WHERE {} AND seq = 2",
        &["chain"],
    ),
    (
        8,
        "UPDATE asset_log_tb SET info_json = NULL WHERE {} AND seq = 2",
        &["chain"],
    ),
    (9, "DELETE FROM asset_owner_tb WHERE {}", &["head"]),
    (
        10,
        "DELETE FROM asset_log_tb WHERE {}",
        &["head", "orphan_balance", "orphan_balance"],
    ),
    (
        11,
        "DELETE FROM user_asset_tb WHERE {} AND asset_type = 2",
        &["missing_balance"],
    ),
    (
        12,
        "UPDATE asset_log_tb SET operate_type = 0 WHERE {} AND seq = 3",
        &["chain", "operate_type"],
    ),
    (13, "UPDATE asset_owner_tb SET seq = 7 WHERE {}", &["head"]),
    (
        14,
        "UPDATE asset_log_tb SET key_id = '0' WHERE {} AND seq = 4",
        &["unknown_key"],
    ),
    (
        15,
        "UPDATE asset_log_tb SET created_at = '2026-01-01 00:00:00.000' WHERE {} AND seq = 2",
        &["chain"],
    ),
];

#[tokio::test]
async fn what_was_done_by_hand_is_found_by_its_kind() {
    for books in Books::each().await {
        let untouched = 100;
        write(&books, untouched).await;
        let mut expected: Vec<(i64, Vec<&str>)> = vec![(untouched, Vec::new())];
        for (user, sql, kinds) in FIELDS {
            write(&books, *user).await;
            let sql = sql.replace("2026-01-01 00:00:00.000", &times(&books));
            books.run(*user, &sql).await;
            expected.push((*user, kinds.to_vec()));
        }
        for user in [20, 21] {
            write(&books, user).await;
        }
        swap(&books, 20).await;
        expected.push((
            20,
            vec!["before_after", "before_after", "before_after", "chain"],
        ));
        forge(&books, 21).await;
        expected.push((21, vec!["chain"]));
        invent(&books, 22).await;
        expected.push((22, vec!["orphan_balance"]));
        books.give(23, DAILY, 5).await;
        books
            .run(23, "UPDATE asset_lot_tb SET remaining = 6 WHERE {}")
            .await;
        expected.push((23, vec!["lots"]));
        let report = books.verify().await;
        for (user, expected) in expected {
            let found = kinds(&report.findings, user);
            assert_eq!(found, expected, "user {user}: {:#?}", report.findings);
        }
        places(&report.findings);
        assert_eq!(report.total, report.findings.len() as u64);
        let few = cloudapp_runtime::asset::VerifyOptions { findings_max: 3 };
        let capped = books.ctx().ledger().verify(&few, |_| {}).await.unwrap();
        assert_eq!((capped.findings.len(), capped.total), (3, report.total));
    }
}

/// A time in the form of the database.
fn times(books: &Books) -> String {
    match books.ctx().db_of(Group::Asset).get_database_backend() {
        sea_orm::DbBackend::Sqlite => "2026-01-01T00:00:00.000+00:00".to_owned(),
        _ => "2026-01-01 00:00:00.000".to_owned(),
    }
}

/// A broken hash is named once, at its place.
fn places(findings: &[Finding]) {
    let place = |user: i64, kind: FindingKind| {
        let mut of = findings.iter();
        let one = of.find(|one| one.user_id == Id::new(user) && one.kind == kind);
        one.map(|one| (one.seq, one.to_seq)).unwrap()
    };
    assert_eq!(place(7, FindingKind::Chain), (Some(2), None));
    assert_eq!(place(4, FindingKind::SeqGap), (Some(4), None));
    assert_eq!(place(6, FindingKind::SeqGap), (Some(2), None));
    assert_eq!(place(14, FindingKind::UnknownKey), (Some(4), None));
    assert_eq!(place(20, FindingKind::Chain), (Some(2), Some(4)));
    assert_eq!(place(21, FindingKind::Chain), (Some(3), Some(6)));
}

/// Rows 2 and 3 change places.
async fn swap(books: &Books, user: i64) {
    for (from, to) in [(2, 99), (3, 2), (99, 3)] {
        let sql = format!("UPDATE asset_log_tb SET seq = {to} WHERE {{}} AND seq = {from}");
        books.run(user, &sql).await;
    }
}

/// Turns a spending into a gain, with everything after it made to fit, by somebody who knows how
/// the chain is made but not its key.
async fn forge(books: &Books, user: i64) {
    let mut chain = String::new();
    let mut value = 0;
    for mut row in journal(books, user).await {
        if row.seq == 3 {
            row.operate_value = 5;
            row.operate_type = 0;
        }
        if row.asset_type == Asset::POINTS {
            row.history_value = value;
            row.now_value = value + row.operate_value;
            value = row.now_value;
        }
        if row.seq < 3 {
            chain = row.chain;
            continue;
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(b"demo").unwrap();
        row.chain.clear();
        mac.update(format!("{chain}{row:?}").as_bytes());
        chain = cloudapp_runtime::random::to_hex(&mac.finalize().into_bytes());
        let sql = format!(
            "UPDATE asset_log_tb SET operate_value = {}, operate_type = {}, history_value = {}, \
             now_value = {}, chain = '{chain}' WHERE {{}} AND seq = {}",
            row.operate_value, row.operate_type, row.history_value, row.now_value, row.seq
        );
        books.run(user, &sql).await;
    }
    let sql = format!("UPDATE asset_owner_tb SET chain = '{chain}' WHERE {{}}");
    books.run(user, &sql).await;
    let sql =
        format!("UPDATE user_asset_tb SET asset_value = {value} WHERE {{}} AND asset_type = 2");
    books.run(user, &sql).await;
}

/// Gives a balance to somebody who is in no journal.
async fn invent(books: &Books, user: i64) {
    let now = times(books);
    let sql = format!(
        "INSERT INTO user_asset_tb (id, app_id, act_id, user_id, asset_type, asset_object_id, \
         asset_value, created_at, updated_at) \
         VALUES (1, 'demo', 7, {user}, 2, '', 500, '{now}', '{now}')"
    );
    books.run(user, &sql).await;
}

#[tokio::test]
async fn a_number_that_is_there_twice_is_found() {
    for books in Books::each().await {
        if books.ctx().db_of(Group::Asset).get_database_backend() != sea_orm::DbBackend::Sqlite {
            continue;
        }
        write(&books, 1).await;
        let table = books.of(1).physical_table("asset_log_tb").await.unwrap();
        let db = books.ctx().db_of(Group::Asset);
        let sql = format!(
            "SELECT name FROM sqlite_master WHERE tbl_name = '{table}' AND name LIKE '%seq%'"
        );
        let sql = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql);
        let row = db.query_one_raw(sql).await.unwrap().unwrap();
        let index: String = row.try_get("", "name").unwrap();
        db.execute_unprepared(&format!("DROP INDEX \"{index}\""))
            .await
            .unwrap();
        books
            .run(1, "UPDATE asset_log_tb SET seq = 2 WHERE {} AND seq = 3")
            .await;
        let report = books.verify().await;
        let found = kinds(&report.findings, 1);
        assert!(found.contains(&"seq_duplicate"), "{:#?}", report.findings);
    }
}

#[tokio::test]
async fn rows_in_a_table_that_is_not_theirs_are_found() {
    for books in Books::each().await {
        if books.count == 1 {
            continue;
        }
        let place = async |user: i64| {
            books
                .of(user)
                .physical_table("user_asset_tb")
                .await
                .unwrap()
        };
        write(&books, 1).await;
        let own = place(1).await;
        let mut other = place(2).await;
        for user in 3.. {
            if other != own {
                break;
            }
            other = place(user).await;
        }
        let copy = format!("INSERT INTO {other} SELECT * FROM {own}");
        let db = books.ctx().db_of(Group::Asset);
        db.execute_unprepared(&copy).await.unwrap();
        let report = books.verify().await;
        assert_eq!(
            kinds(&report.findings, 1),
            ["stray"],
            "{:#?}",
            report.findings
        );
    }
}
