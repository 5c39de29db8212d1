//! Killed at every point, and run again: the schema of an undisturbed run.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use cloudapp_migrations::{Migrator, Status, load_layouts};

use crate::child::{Child, Said};
use crate::scenario::{self, SHARDED, STAGES};
use crate::sharded;
use crate::support::{Db, down, on_each_database, statuses, up};

on_each_database!(
    going_up,
    going_down,
    sharded_going_up,
    sharded_going_down,
    at_any_moment
);

/// Every how many kills the other direction is tried, too.
const OTHER: usize = 3;

/// Lets a child do `does` and kills it at its event number `k`. `None`: it came to its end before.
fn kill_at(db: &Db, does: &str, stage: usize, k: usize) -> Option<String> {
    let mut child = Child::stepped(db, does, stage);
    let mut seen = 0;
    loop {
        match child.next() {
            // As the event before it: nothing happens in between.
            Said::Event(event) if event.contains("phase: Announced") => child.go_on(),
            Said::Event(event) if seen == k => {
                child.kill();
                return Some(event);
            }
            Said::Event(_) => {
                seen += 1;
                child.go_on();
            }
            Said::Result(_) => return None,
        }
    }
}

/// Schema, history, and whether each step on rows ran once.
async fn state(db: &Db) -> String {
    let dump = db.dump().await;
    if !dump.contains("count_tb") {
        let layouts = load_layouts(&db.conn).await.unwrap();
        let layouts: Vec<_> = layouts
            .iter()
            .map(|layout| (&layout.table, layout.numbers()))
            .collect();
        return format!("{dump}\nlayouts {layouts:?}");
    }
    let rows = db
        .number("SELECT 100 * COUNT(*) + COALESCE(MAX(n), 0) FROM count_tb")
        .await;
    format!("{dump}\nrows {rows}")
}

/// What the database is before and after the last migration of `migrator`; it is left as before.
async fn before_and_after(migrator: &Migrator, db: &Db) -> (String, String) {
    up(migrator, db).await;
    let after = state(db).await;
    down(migrator, db, 1).await;
    (state(db).await, after)
}

/// Undoes the last migration, unless a killed child did so to the end.
async fn undo(migrator: &Migrator, db: &Db) {
    let last = statuses(migrator, db).await.pop().unwrap();
    if last.1 != Status::Pending {
        down(migrator, db, 1).await;
    }
}

async fn going_up(db: Db) {
    killed_going_up(db, 1..=STAGES).await;
}

async fn sharded_going_up(db: Db) {
    killed_going_up(db, SHARDED + 1..=SHARDED + sharded::STAGES).await;
}

async fn killed_going_up(db: Db, stages: RangeInclusive<usize>) {
    for stage in stages {
        let migrator = scenario::first(stage);
        let (before, after) = before_and_after(&migrator, &db).await;
        for k in 0.. {
            let Some(event) = kill_at(&db, "up", stage, k) else {
                assert!(k > 3, "only {k} events");
                break;
            };
            let context = format!("killed at event {k}, {event}");
            up(&migrator, &db).await;
            assert_eq!(state(&db).await, after, "{context}");
            down(&migrator, &db, 1).await;
            assert_eq!(state(&db).await, before, "{context}");

            if k % OTHER == 0 {
                kill_at(&db, "up", stage, k);
                undo(&migrator, &db).await;
                assert_eq!(state(&db).await, before, "undone: {context}");
            }
        }
    }
}

async fn going_down(db: Db) {
    killed_going_down(db, 1..=STAGES).await;
}

async fn sharded_going_down(db: Db) {
    killed_going_down(db, SHARDED + 1..=SHARDED + sharded::STAGES).await;
}

async fn killed_going_down(db: Db, stages: RangeInclusive<usize>) {
    for stage in stages {
        let migrator = scenario::first(stage);
        let (before, after) = before_and_after(&migrator, &db).await;
        for k in 0.. {
            up(&migrator, &db).await;
            let Some(event) = kill_at(&db, "1", stage, k) else {
                assert!(k > 3, "only {k} events");
                break;
            };
            let context = format!("killed at event {k}, {event}");
            undo(&migrator, &db).await;
            assert_eq!(state(&db).await, before, "{context}");

            if k % OTHER == 0 {
                up(&migrator, &db).await;
                kill_at(&db, "1", stage, k);
                up(&migrator, &db).await;
                assert_eq!(state(&db).await, after, "applied: {context}");
            }
        }
    }
}

/// Not only between statements: while the server is at work on one, too.
async fn at_any_moment(db: Db) {
    const PARTS: u32 = 8;
    const ALL: &str = "1000";
    let migrator = scenario::small();
    let before = state(&db).await;
    up(&migrator, &db).await;
    let after = state(&db).await;
    let begun = Instant::now();
    Child::free(&db, ALL).finish();
    Child::free(&db, "up").finish();
    let whole = begun.elapsed() / 2;
    for part in 0..PARTS {
        for does in [ALL, "up"] {
            let child = Child::free(&db, does);
            let moment = Duration::from_millis(2) + whole * part / PARTS;
            tokio::time::sleep(moment).await;
            child.kill();
            let context = format!("{does} killed after {moment:?}");
            if does == "up" {
                up(&migrator, &db).await;
                assert_eq!(state(&db).await, after, "{context}");
            } else {
                down(&migrator, &db, usize::MAX).await;
                assert_eq!(state(&db).await, before, "{context}");
            }
        }
    }
}
