//! Transactions: all or nothing, and again when the database gives up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::BoxFuture;
use cloudapp_runtime::db::{self, Transaction};
use cloudapp_runtime::error::{AppError, AppResult, ErrorCode};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::Barrier;

use crate::support::database::Database;

const TABLE: &[&str] = &[
    "CREATE TABLE account (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)",
    "INSERT INTO account (id, value) VALUES (1, 0), (2, 0)",
];

const SUM: &str = "SELECT CAST(SUM(value) AS DECIMAL(20,0)) + 0 = 4 FROM account";

async fn add(txn: &Transaction<'_>, id: i32) -> AppResult<()> {
    let sql = format!("UPDATE account SET value = value + 1 WHERE id = {id}");
    txn.execute_unprepared(&sql).await?;
    Ok(())
}

/// Changes one account, meets the other transaction, changes the other account.
async fn cross(conn: DatabaseConnection, ids: [i32; 2], meet: Arc<Barrier>) -> AppResult<u32> {
    let attempts = AtomicU32::new(0);
    let (attempts_seen, meet) = (&attempts, &*meet);
    db::transaction(&conn, |txn| {
        Box::pin(async move {
            let attempt = attempts_seen.fetch_add(1, Ordering::SeqCst);
            add(txn, ids[0]).await?;
            if attempt == 0 {
                meet.wait().await;
            }
            add(txn, ids[1]).await
        })
    })
    .await?;
    Ok(attempts.into_inner())
}

#[tokio::test]
async fn a_deadlock_is_survived_by_both() {
    for database in [Database::mysql().await, Database::postgres().await] {
        database.run(TABLE).await;
        let meet = Arc::new(Barrier::new(2));
        let first = tokio::spawn(cross(database.conn.clone(), [1, 2], Arc::clone(&meet)));
        let second = tokio::spawn(cross(database.conn.clone(), [2, 1], meet));
        let attempts = first.await.unwrap().unwrap() + second.await.unwrap().unwrap();
        assert!(attempts > 2, "there was no deadlock");
        let backend = database.conn.get_database_backend();
        let sum = if backend == sea_orm::DbBackend::Postgres {
            "SELECT (SUM(value) = 4)::int FROM account"
        } else {
            SUM
        };
        assert_eq!(database.number(sum).await, 1, "each change once");
        database.drop().await;
    }
}

#[tokio::test]
async fn a_serialization_failure_is_tried_again() {
    let database = Database::postgres().await;
    database.run(TABLE).await;
    let (conn, meet) = (&database.conn, Barrier::new(2));
    let attempts = AtomicU32::new(0);
    let (meet, attempts_seen) = (&meet, &attempts);
    // Both read the sum and write to their own row: only one order is serialisable.
    let skew = |id: i32| {
        db::transaction(conn, move |txn| {
            Box::pin(async move {
                let attempt = attempts_seen.fetch_add(1, Ordering::SeqCst);
                txn.execute_unprepared("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                    .await?;
                txn.execute_unprepared("SELECT SUM(value) FROM account")
                    .await?;
                if attempt < 2 {
                    meet.wait().await;
                }
                add(txn, id).await
            })
        })
    };
    let (first, second) = tokio::join!(skew(1), skew(2));
    first.unwrap();
    second.unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), 3);
    database.drop().await;
}

#[tokio::test]
async fn a_busy_sqlite_file_is_waited_for() {
    let database = Database::sqlite().await;
    database.run(TABLE).await;
    let mut impatient = database.options.clone();
    impatient.connect_timeout = Duration::from_millis(50);
    let conn = db::connect(&impatient).await.unwrap();
    let holder = database.conn.clone();
    let (started, wait) = tokio::sync::oneshot::channel();
    let holding = tokio::spawn(async move {
        let started = std::sync::Mutex::new(Some(started));
        let started = &started;
        db::transaction(&holder, |txn| {
            Box::pin(async move {
                add(txn, 1).await?;
                if let Some(started) = started.lock().unwrap().take() {
                    started.send(()).unwrap();
                }
                tokio::time::sleep(Duration::from_millis(120)).await;
                Ok(())
            })
        })
        .await
    });
    wait.await.unwrap();
    db::transaction(&conn, |txn| Box::pin(async move { add(txn, 2).await }))
        .await
        .unwrap();
    holding.await.unwrap().unwrap();
    assert_eq!(database.number("SELECT SUM(value) FROM account").await, 2);
    conn.close().await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_file_that_stays_busy_is_given_up_in_time() {
    let database = Database::sqlite().await;
    database.run(TABLE).await;
    let mut impatient = database.options.clone();
    impatient.connect_timeout = Duration::from_millis(20);
    let conn = db::connect(&impatient).await.unwrap();
    let impatient = &conn;
    let began = Instant::now();
    db::transaction(&database.conn, |txn| {
        Box::pin(async move {
            add(txn, 1).await?;
            let error =
                db::transaction(impatient, |txn| Box::pin(async move { add(txn, 2).await }));
            let error = error.await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::BUSY);
            assert!(
                error.detail().contains("database is locked"),
                "{}",
                error.detail()
            );
            Ok(())
        })
    })
    .await
    .unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    conn.close().await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn an_error_rolls_back_and_is_not_tried_again() {
    for database in Database::each().await {
        database.run(TABLE).await;
        let attempts = AtomicU32::new(0);
        let attempts_seen = &attempts;
        let error = db::transaction(&database.conn, |txn| {
            Box::pin(async move {
                attempts_seen.fetch_add(1, Ordering::SeqCst);
                add(txn, 1).await?;
                Err::<(), _>(AppError::new(ErrorCode::NO_ENOUGH))
            })
        });
        assert_eq!(error.await.unwrap_err().code(), ErrorCode::NO_ENOUGH);
        let duplicate = db::transaction(&database.conn, |txn| {
            Box::pin(async move {
                attempts_seen.fetch_add(1, Ordering::SeqCst);
                add(txn, 1).await?;
                txn.execute_unprepared("INSERT INTO account (id, value) VALUES (2, 0)")
                    .await?;
                Ok(())
            })
        });
        assert_eq!(duplicate.await.unwrap_err().code(), ErrorCode::CONFLICT);
        assert_eq!(attempts.load(Ordering::SeqCst), 2);
        assert_eq!(
            database
                .number("SELECT value FROM account WHERE id = 1")
                .await,
            0
        );
        database.drop().await;
    }
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    for database in Database::each().await {
        database.run(TABLE).await;
        let never: BoxFuture<'_, AppResult<()>> =
            Box::pin(db::transaction(&database.conn, |txn| {
                Box::pin(async move {
                    add(txn, 1).await?;
                    std::future::pending().await
                })
            }));
        tokio::time::timeout(Duration::from_millis(200), never)
            .await
            .unwrap_err();
        db::transaction(&database.conn, |txn| {
            Box::pin(async move { add(txn, 1).await })
        })
        .await
        .unwrap();
        assert_eq!(
            database
                .number("SELECT value FROM account WHERE id = 1")
                .await,
            1
        );
        database.drop().await;
    }
}

#[tokio::test]
async fn an_outage_is_busy_and_not_an_internal_error() {
    for database in Database::each().await {
        let conn = database.conn.clone();
        database.drop().await;
        let error = db::transaction(&conn, |txn| Box::pin(async move { add(txn, 1).await }));
        assert_eq!(error.await.unwrap_err().code(), ErrorCode::BUSY);
        let error = conn.execute_unprepared("SELECT 1").await.unwrap_err();
        assert_eq!(AppError::from(error).code(), ErrorCode::BUSY);
    }
}

/// Handlers must be `Send`: a transaction that borrows from its surroundings must be too.
#[tokio::test]
async fn what_a_closure_borrows_may_cross_threads() {
    async fn service(conn: &DatabaseConnection, ids: &[i32]) -> AppResult<usize> {
        db::transaction(conn, |txn| {
            Box::pin(async move {
                for id in ids {
                    add(txn, *id).await?;
                }
                Ok(ids.len())
            })
        })
        .await
    }
    let database = Database::sqlite().await;
    database.run(TABLE).await;
    let conn = database.conn.clone();
    let done = tokio::spawn(async move { service(&conn, &[1, 2, 2]).await });
    assert_eq!(done.await.unwrap().unwrap(), 3);
    database.drop().await;
}
