//! Several deployers at once.

use std::time::{Duration, Instant};

use cloudapp_migrations::{Event, MigrateError, Options, Phase};
use sea_orm::DbBackend;

use crate::child::{Child, Said};
use crate::scenario::{self, STAGES};
use crate::support::{Db, connect, on_each_database, up};

on_each_database!(
    one_waits,
    killed_holder_frees_the_lock,
    cancelled_holder_frees_the_lock,
    gives_up_in_time,
    other_database_is_free,
    many_at_once,
    older_version_waits
);

async fn one_waits(db: Db) {
    let mut first = Child::stepped(&db, "up", STAGES);
    first.until("Executed");
    let mut second = Child::free(&db, "up");
    let Said::Event(event) = second.next() else {
        panic!("the second did not wait")
    };
    assert!(event.starts_with("WaitingForLock"), "{event}");
    let first = first.release();
    let second = second.finish();
    if db.backend == DbBackend::Sqlite {
        // The lock is the file's, and is free between two migrations.
        let mut all = [first, second].concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), STAGES, "{all:?}");
    } else {
        assert_eq!((first.len(), second.len()), (STAGES, 0));
    }
    assert_eq!(db.number("SELECT n FROM count_tb").await, 2);
    assert_eq!(
        db.number("SELECT COUNT(*) FROM cloudapp_migration_tb")
            .await,
        STAGES as i64
    );
}

async fn killed_holder_frees_the_lock(db: Db) {
    let mut holder = Child::stepped(&db, "up", STAGES);
    holder.until("Executed");
    let waiting = Child::free(&db, "up");
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    holder.kill();
    assert!(!waiting.finish().is_empty());
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(db.number("SELECT n FROM count_tb").await, 2);
}

/// The task that migrates is dropped, the process lives on.
async fn cancelled_holder_frees_the_lock(db: Db) {
    let (tell, mut told) = tokio::sync::mpsc::channel(100);
    let options = Options::default().on_event(move |event| {
        if let Event::Step {
            step: 2,
            phase: Phase::Executed,
            ..
        } = event
        {
            let _ = tell.try_send(());
        }
    });
    let conn = db.conn.clone();
    let task = tokio::spawn(async move { scenario::small().up(&conn, &options).await });
    told.recv().await.unwrap();
    task.abort();
    let _ = task.await;
    // The server notices in its own time that the session is gone.
    let options = Options::default().lock_timeout(Duration::from_secs(60));
    scenario::small().up(&db.conn, &options).await.unwrap();
    assert_eq!(db.number("SELECT n FROM count_tb").await, 2);
    assert_eq!(
        db.number("SELECT COUNT(*) FROM cloudapp_migration_tb")
            .await,
        STAGES as i64
    );
}

async fn gives_up_in_time(db: Db) {
    let mut holder = Child::stepped(&db, "up", STAGES);
    holder.until("Executed");
    let begun = Instant::now();
    let options = Options::default().lock_timeout(Duration::from_millis(1200));
    let error = scenario::small().up(&db.conn, &options).await.unwrap_err();
    assert!(matches!(error, MigrateError::LockTimeout { .. }), "{error}");
    // SQLite's own busy_timeout comes on top.
    assert!(
        begun.elapsed() < Duration::from_secs(12),
        "{:?}",
        begun.elapsed()
    );
    let text = error.to_string();
    assert!(
        text.contains("another process is migrating this database"),
        "{text}"
    );
    let holder_named = match db.backend {
        DbBackend::MySql => "(connection ",
        DbBackend::Postgres => "(server process ",
        _ => "gave up after ",
    };
    assert!(text.contains(holder_named), "{text}");
    holder.release();
    assert!(up(&scenario::small(), &db).await.is_empty());
}

async fn other_database_is_free(db: Db) {
    let mut holder = Child::stepped(&db, "up", STAGES);
    holder.until("Executed");
    let other = Db::new(db.backend).await;
    let options = Options::default().lock_timeout(Duration::ZERO);
    assert_eq!(
        scenario::small()
            .up(&other.conn, &options)
            .await
            .unwrap()
            .changes
            .len(),
        STAGES
    );
    holder.kill();
}

async fn many_at_once(db: Db) {
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let conn = connect(&db.url).await;
        tasks.push(tokio::spawn(async move {
            let report = scenario::small()
                .up(&conn, &Options::default())
                .await
                .unwrap();
            conn.close().await.unwrap();
            report.changes.len()
        }));
    }
    let mut changes = 0;
    for task in tasks {
        changes += task.await.unwrap();
    }
    assert_eq!(changes, STAGES);
    assert_eq!(db.number("SELECT n FROM count_tb").await, 2);
}

/// An app that does not know the migration that another one is applying has no opinion on it.
async fn older_version_waits(db: Db) {
    let mut newer = Child::stepped(&db, "up", STAGES);
    newer.until("Executed");
    let options = Options::default().lock_timeout(Duration::from_millis(300));
    let outcome = scenario::first(0).up(&db.conn, &options).await;
    if db.backend == DbBackend::MySql {
        let error = outcome.unwrap_err();
        assert!(matches!(error, MigrateError::LockTimeout { .. }), "{error}");
    } else {
        assert!(outcome.unwrap().is_empty());
    }
    newer.release();
    assert!(up(&scenario::first(0), &db).await.is_empty());
}
