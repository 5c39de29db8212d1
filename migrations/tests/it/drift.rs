//! `check`: what is not as it should be.

use cloudapp_migrations::{Finding, FindingKind, Status};
use sea_orm::DbBackend;

use crate::scenario;
use crate::support::{Db, down, on_each_database, up};

on_each_database!(finds_pending, finds_drift, looks_only);

async fn check(db: &Db) -> Vec<Finding> {
    scenario::small().check(&db.conn).await.unwrap()
}

async fn finds_pending(db: Db) {
    let all = check(&db).await;
    assert!(
        all.iter()
            .all(|finding| finding.kind == FindingKind::Migration(Status::Pending)),
        "{all:?}"
    );
    assert_eq!(all.len(), scenario::STAGES);
    up(&scenario::small(), &db).await;
    assert_eq!(check(&db).await, []);
    down(&scenario::small(), &db, 1).await;
    let left = check(&db).await;
    assert_eq!(left.len(), 1);
    assert!(
        left[0]
            .message
            .contains("`app_0005_by_hand` is not applied: run `migrate up`"),
        "{left:?}"
    );
}

/// Column and table were both renamed, by two migrations, since they were made.
async fn finds_drift(db: Db) {
    up(&scenario::small(), &db).await;
    db.run("ALTER TABLE kid_tb DROP COLUMN text_body").await;
    let index = if db.backend == DbBackend::MySql {
        "DROP INDEX uq_child ON kid_tb"
    } else {
        "DROP INDEX uq_child"
    };
    db.run(index).await;
    db.run("DROP TABLE hand_tb").await;
    let mut found: Vec<_> = check(&db)
        .await
        .into_iter()
        .map(|f| (f.kind, f.migration, f.message))
        .collect();
    found.sort_by_key(|(_, migration, _)| migration.clone());
    let kinds: Vec<_> = found
        .iter()
        .map(|(kind, migration, _)| (*kind, migration.as_str()))
        .collect();
    let expect = [
        (FindingKind::MissingIndex, "app_0001_tables"),
        (FindingKind::MissingColumn, "app_0003_columns"),
        (FindingKind::MissingTable, "app_0005_by_hand"),
    ];
    assert_eq!(kinds, expect, "{found:?}");
    assert!(
        found[1].2.contains("column `text_body` of table `kid_tb`"),
        "{found:?}"
    );
}

async fn looks_only(db: Db) {
    let before = db.dump().await;
    check(&db).await;
    scenario::small().status(&db.conn).await.unwrap();
    scenario::small().repair(&db.conn).await.unwrap();
    assert_eq!(db.dump().await, before);
    let tables = match db.backend {
        DbBackend::Sqlite => "SELECT COUNT(*) FROM sqlite_master",
        DbBackend::MySql => {
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
        }
        _ => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()",
    };
    assert_eq!(db.number(tables).await, 0);
}
