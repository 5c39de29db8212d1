//! The lock of migrations in the hands of others.

use std::time::{Duration, Instant};

use cloudapp_migrations::{MigrateError, Options, SchemaLock};

use sea_orm::DbBackend;

use crate::child::{Child, LOCK, Said};
use crate::scenario::{self, STAGES};
use crate::support::{Db, on_each_database, up};

on_each_database!(
    keeps_migrations_away,
    one_holder,
    waits_for_migrations,
    dropped_is_freed,
    killed_is_freed,
    lost_is_noticed,
);

fn in_no_time() -> Options {
    Options::default().lock_timeout(Duration::from_millis(200))
}

async fn keeps_migrations_away(db: Db) {
    let lock = SchemaLock::acquire(&db.conn, &Options::default())
        .await
        .unwrap();
    // Longer than a lease that is not renewed.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(lock.is_held().await.unwrap());
    let error = scenario::small()
        .up(&db.conn, &in_no_time())
        .await
        .unwrap_err();
    assert!(matches!(error, MigrateError::LockTimeout { .. }), "{error}");
    let mut waiting = Child::free(&db, "up");
    let Said::Event(event) = waiting.next() else {
        panic!("it did not wait")
    };
    assert!(event.starts_with("WaitingForLock"), "{event}");
    lock.release().await.unwrap();
    assert_eq!(waiting.finish().len(), STAGES);
}

async fn one_holder(db: Db) {
    let options = Options::default();
    let first = SchemaLock::try_acquire(&db.conn, &options)
        .await
        .unwrap()
        .unwrap();
    assert!(
        SchemaLock::try_acquire(&db.conn, &options)
            .await
            .unwrap()
            .is_none()
    );
    let error = SchemaLock::acquire(&db.conn, &in_no_time())
        .await
        .unwrap_err();
    assert!(matches!(error, MigrateError::LockTimeout { .. }), "{error}");
    first.release().await.unwrap();
    let second = SchemaLock::try_acquire(&db.conn, &options).await.unwrap();
    second.unwrap().release().await.unwrap();
    up(&scenario::small(), &db).await;
}

async fn waits_for_migrations(db: Db) {
    let mut migrating = Child::stepped(&db, "up", STAGES);
    migrating.until("Executed");
    let error = SchemaLock::acquire(&db.conn, &in_no_time())
        .await
        .unwrap_err();
    assert!(matches!(error, MigrateError::LockTimeout { .. }), "{error}");
    migrating.kill();
    let lock = SchemaLock::acquire(&db.conn, &Options::default())
        .await
        .unwrap();
    lock.release().await.unwrap();
}

/// Nobody renews the lease of a dead process, nor that of a dropped lock.
async fn dropped_is_freed(db: Db) {
    drop(
        SchemaLock::acquire(&db.conn, &Options::default())
            .await
            .unwrap(),
    );
    let begun = Instant::now();
    let lock = SchemaLock::acquire(&db.conn, &Options::default())
        .await
        .unwrap();
    assert!(
        begun.elapsed() <= Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    lock.release().await.unwrap();
}

async fn killed_is_freed(db: Db) {
    let mut holder = Child::free(&db, LOCK);
    let Said::Event(event) = holder.next() else {
        panic!("it did not hold the lock")
    };
    assert_eq!(event, "Locked");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let options = Options::default();
    let other = SchemaLock::try_acquire(&db.conn, &options).await.unwrap();
    assert!(other.is_none());
    holder.kill();
    let begun = Instant::now();
    up(&scenario::small(), &db).await;
    assert!(
        begun.elapsed() <= Duration::from_secs(6),
        "{:?}",
        begun.elapsed()
    );
}

/// A process that was stopped for longer than its lease, or cut off from the server.
async fn lost_is_noticed(db: Db) {
    let lock = SchemaLock::acquire(&db.conn, &Options::default())
        .await
        .unwrap();
    assert!(lock.is_held().await.unwrap());
    match db.backend {
        DbBackend::Sqlite => {
            db.run("UPDATE cloudapp_shard_lease_tb SET expires_ms = 1")
                .await;
        }
        DbBackend::MySql => {
            let holder = "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND \
                          ID <> CONNECTION_ID() ORDER BY ID DESC LIMIT 1";
            let id = db.number(holder).await;
            db.run(&format!("KILL {id}")).await;
        }
        _ => {
            let kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = \
                        'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = \
                        current_database())";
            db.run(kill).await;
        }
    }
    assert!(!lock.is_held().await.unwrap());
    up(&scenario::small(), &db).await;
}
