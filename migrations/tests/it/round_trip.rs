//! Up, down, up: the same schema.

use crate::scenario;
use crate::support::{Db, changed, down, on_each_database, statuses, up};
use cloudapp_migrations::Status;
use sea_orm::DbBackend;

on_each_database!(up_down_up, one_at_a_time, nothing_to_do);

async fn up_down_up(db: Db) {
    let migrator = scenario::migrator();
    let empty = db.dump().await;
    let report = up(&migrator, &db).await;
    assert_eq!(report.changes.len(), 15, "{report:?}");
    assert!(report.warnings.is_empty());
    let full = db.dump().await;
    assert!(
        full.contains("hand_tb") && full.contains("session_tb"),
        "{full}"
    );
    assert_eq!(db.number("SELECT n FROM count_tb").await, 2);

    let report = down(&migrator, &db, usize::MAX).await;
    assert_eq!(report.changes.len(), 15);
    assert_eq!(report.changes[0].migration, "app_0005_by_hand");
    assert_eq!(db.dump().await, empty);

    up(&migrator, &db).await;
    assert_eq!(db.dump().await, full);
    assert!(
        migrator.check(&db.conn).await.unwrap().is_empty(),
        "{:?}",
        migrator.check(&db.conn).await
    );
}

async fn one_at_a_time(db: Db) {
    let migrator = scenario::migrator();
    up(&migrator, &db).await;
    let full = db.dump().await;
    // One further down each time, and all the way back.
    for n in 1..=10 {
        assert_eq!(down(&migrator, &db, n).await.changes.len(), n);
        up(&migrator, &db).await;
        assert_eq!(db.dump().await, full);
    }
    let report = down(&migrator, &db, 1).await;
    assert_eq!(changed(&report), ["app_0005_by_hand"]);
    let last = statuses(&migrator, &db).await.pop().unwrap();
    assert_eq!(last, ("app_0005_by_hand".to_owned(), Status::Pending));
}

/// A thousand starts of an app leave nothing behind.
async fn nothing_to_do(db: Db) {
    let migrator = scenario::migrator();
    assert!(!migrator.is_current(&db.conn).await.unwrap());
    up(&migrator, &db).await;
    assert!(migrator.is_current(&db.conn).await.unwrap());
    let before = db.dump().await;
    let size = size_of(&db).await;
    for _ in 0..1000 {
        assert!(up(&migrator, &db).await.is_empty());
    }
    assert_eq!(db.dump().await, before);
    assert_eq!(size_of(&db).await, size);
}

/// Whatever would grow: rows, pages of the file, locks. (Connections are the pool's four and one.)
async fn size_of(db: &Db) -> Vec<i64> {
    let rows = db
        .number("SELECT COUNT(*) FROM cloudapp_migration_tb")
        .await;
    let more = match db.backend {
        DbBackend::Sqlite => {
            db.number("SELECT page_count FROM pragma_page_count()")
                .await
        }
        DbBackend::MySql => {
            let sql = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE()";
            db.number(sql).await / 6
        }
        _ => {
            let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()";
            let locks = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' \
                         AND database = (SELECT oid FROM pg_database WHERE datname = \
                         current_database())";
            db.number(sql).await / 6 + db.number(locks).await
        }
    };
    vec![rows, more]
}
