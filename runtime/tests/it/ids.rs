//! Ids never appear twice: not under threads, not when a clock goes back, not when a lease ends.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cloudapp_runtime::clock::{Clock, ManualClock, SystemClock};
use cloudapp_runtime::error::ErrorCode;
use cloudapp_runtime::id::{EPOCH_MS, Id, IdGenerator, LeaseStore};

use crate::support::database::Database;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(EPOCH_MS).unwrap() + TimeDelta::seconds(seconds)
}

fn generator(database: &Database, clock: &Arc<ManualClock>) -> IdGenerator {
    let clock: Arc<dyn Clock> = Arc::clone(clock) as _;
    IdGenerator::new(LeaseStore::new(database.conn.clone()), clock)
}

/// Milliseconds since the epoch of ids, node, sequence.
fn parts(id: Id) -> (i64, i64, i64) {
    (id.get() >> 22, (id.get() >> 12) & 1023, id.get() & 4095)
}

async fn take(generator: &IdGenerator, count: usize) -> Vec<Id> {
    let mut ids = Vec::with_capacity(count);
    for _ in 0..count {
        ids.push(generator.next().await.unwrap());
    }
    ids
}

fn assert_rising(ids: &[Id]) {
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
}

const EXPIRES: &str = "SELECT expires_ms FROM node_lease_tb";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_and_generators_never_collide() {
    for database in Database::each().await {
        let database = database.migrated().await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mut tasks = Vec::new();
        for _ in 0..4 {
            let leases = LeaseStore::new(database.conn.clone());
            let generator = IdGenerator::new(leases, Arc::clone(&clock));
            for _ in 0..3 {
                let generator = generator.clone();
                tasks.push(tokio::spawn(async move { take(&generator, 5000).await }));
            }
        }
        let mut all = HashSet::new();
        let mut nodes = HashSet::new();
        for task in tasks {
            let ids = task.await.unwrap();
            assert_rising(&ids);
            assert!(ids.iter().all(|id| id.get() > 0));
            nodes.extend(ids.iter().map(|id| parts(*id).1));
            all.extend(ids);
        }
        assert_eq!(all.len(), 4 * 3 * 5000);
        assert_eq!(nodes.len(), 4, "each generator has a node of its own");
        database.drop().await;
    }
}

#[tokio::test]
async fn a_clock_that_goes_back_repeats_nothing() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(1000)));
    let generator = generator(&database, &clock);
    let mut ids = Vec::new();
    for step in [0, 5, -3, 1, -900, 2, 950, -1] {
        clock.advance(TimeDelta::seconds(step));
        ids.extend(take(&generator, 10_000).await);
    }
    assert_rising(&ids);
    database.drop().await;
}

#[tokio::test]
async fn a_clock_that_stands_still_does_not_stop_ids() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(1000)));
    let ids = take(&generator(&database, &clock), 4096 * 3).await;
    assert_rising(&ids);
    assert_eq!(parts(ids[0]).0, 1_000_000);
    assert_eq!(parts(ids[4096 * 3 - 1]).0, 1_000_002);
    database.drop().await;
}

#[tokio::test]
async fn no_id_lies_beyond_the_lease() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(0)));
    let generator = generator(&database, &clock);
    let mut last = Id::new(0);
    for _ in 0..200 {
        clock.advance(TimeDelta::seconds(37));
        let id = generator.next().await.unwrap();
        assert!(id > last);
        last = id;
        let expires_ms = database.number(EXPIRES).await;
        assert!(parts(id).0 + EPOCH_MS <= expires_ms);
    }
    assert_eq!(
        database.number("SELECT COUNT(*) FROM node_lease_tb").await,
        1
    );
    database.drop().await;
}

#[tokio::test]
async fn a_lease_is_renewed_before_it_ends_without_waiting() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(0)));
    let generator = generator(&database, &clock);
    generator.next().await.unwrap();
    let first = database.number(EXPIRES).await;
    clock.advance(TimeDelta::seconds(140));
    generator.next().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(database.number(EXPIRES).await, first, "too early to renew");
    clock.advance(TimeDelta::seconds(20));
    generator.next().await.unwrap();
    for _ in 0..100 {
        if database.number(EXPIRES).await > first {
            database.drop().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the lease was not renewed");
}

#[tokio::test]
async fn an_outage_does_not_stop_ids_until_the_lease_ends() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(0)));
    let generator = generator(&database, &clock);
    generator.next().await.unwrap();
    database
        .run(&["ALTER TABLE node_lease_tb RENAME TO away"])
        .await;
    clock.advance(TimeDelta::seconds(299));
    let last = generator.next().await.unwrap();
    clock.advance(TimeDelta::seconds(2));
    generator.next().await.unwrap_err();
    database
        .run(&["ALTER TABLE away RENAME TO node_lease_tb"])
        .await;
    assert!(generator.next().await.unwrap() > last);
    database.drop().await;
}

#[tokio::test]
async fn a_new_owner_starts_behind_the_old_one_whatever_the_clocks_say() {
    for database in Database::each().await {
        let database = database.migrated().await;
        let slow = Arc::new(ManualClock::new(at(1000)));
        let first = generator(&database, &slow);
        let old = first.next().await.unwrap();
        // The clock of the second is so far ahead that the lease of the first is over for it.
        let fast = Arc::new(ManualClock::new(at(1000 + 300 + 11)));
        let second = generator(&database, &fast);
        second.prepare().await.unwrap();
        // Its clock is put right: it must stay behind what the first may still issue.
        fast.set(at(1000));
        let new = second.next().await.unwrap();
        assert_eq!(parts(new).1, parts(old).1, "the same node");
        assert_eq!(parts(new).0, 1_300_001);
        let mut ids: HashSet<Id> = take(&second, 5000).await.into_iter().collect();
        for _ in 0..300 {
            slow.advance(TimeDelta::seconds(1));
            assert!(ids.insert(first.next().await.unwrap()));
        }
        // Beyond its lease the first takes another node.
        slow.advance(TimeDelta::seconds(1));
        let moved = first.next().await.unwrap();
        assert_ne!(parts(moved).1, parts(old).1);
        database.drop().await;
    }
}

#[tokio::test]
async fn a_node_is_left_alone_until_the_margin_is_over() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(1000)));
    let node = parts(generator(&database, &clock).next().await.unwrap()).1;
    clock.advance(TimeDelta::seconds(300 + 10));
    let other = parts(generator(&database, &clock).next().await.unwrap()).1;
    assert_ne!(other, node);
    clock.advance(TimeDelta::milliseconds(1));
    let again = parts(generator(&database, &clock).next().await.unwrap()).1;
    assert_eq!(again, node);
    database.drop().await;
}

#[tokio::test]
async fn a_node_that_was_given_back_is_used_again() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(1000)));
    let first = generator(&database, &clock);
    let old = first.next().await.unwrap();
    first.release().await;
    clock.advance(TimeDelta::seconds(11));
    let new = generator(&database, &clock).next().await.unwrap();
    assert_eq!(parts(new).1, parts(old).1);
    assert!(new > old);
    assert!(first.next().await.unwrap() > old, "it leases anew");
    database.drop().await;
}

#[tokio::test]
async fn when_all_nodes_are_leased_the_answer_is_busy() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(0)));
    let expires_ms = EPOCH_MS + 60_000;
    let fill = format!(
        "INSERT INTO node_lease_tb (node_id, owner, expires_ms) WITH RECURSIVE n(i) AS \
         (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1023) SELECT i, 'x', {expires_ms} FROM n"
    );
    database.run(&[&fill]).await;
    let generator = generator(&database, &clock);
    assert_eq!(generator.next().await.unwrap_err().code(), ErrorCode::BUSY);
    clock.advance(TimeDelta::seconds(71));
    generator.next().await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_clock_before_2024_is_refused() {
    let database = Database::sqlite().await.migrated().await;
    let clock = Arc::new(ManualClock::new(at(-1)));
    let generator = generator(&database, &clock);
    let error = generator.next().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::INTERNAL);
    assert!(error.detail().contains("wrong clock?"));
    clock.advance(TimeDelta::seconds(2));
    assert_eq!(parts(generator.next().await.unwrap()).0, 1000);
    database.drop().await;
}
