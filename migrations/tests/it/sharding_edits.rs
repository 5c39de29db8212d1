//! Sharded tables whose configuration, code or layout changes in between.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{Layout, shard_layout};
use cloudapp_migrations::{MigrateError, Migrator, Options, Status, create_like, load_layouts};

use crate::child::Child;
use crate::scenario::SHARDED;
use crate::sharded::{COUNT, STAGES, migrator, spec};
use crate::support::{Db, down, on_each_database, statuses, up};

on_each_database!(
    count_changed_while_half_applied,
    count_changed_while_dropping,
    undone_in_order_after_a_reshard,
    edits_are_told_as_written,
    spelling_does_not_count,
    half_applied_is_not_resharded,
);

async fn numbers(db: &Db) -> Vec<u16> {
    let layouts = load_layouts(&db.conn).await.unwrap();
    layouts.first().map(Layout::numbers).unwrap_or_default()
}

/// What was begun on four tables is finished on four.
async fn count_changed_while_half_applied(db: Db) {
    for (at, on_mysql) in [("asset_2_tb", 4), ("INSERT INTO cloudapp_shard_tb", 4)] {
        for finish in [true, false] {
            let mut child = Child::stepped(&db, "up", SHARDED + 1);
            child.until(at);
            child.kill();
            let seven = migrator(1, 7);
            if finish {
                up(&seven, &db).await;
                let half = db.backend == DbBackend::MySql;
                let expect = if half { on_mysql } else { 7 };
                assert_eq!(numbers(&db).await.len(), expect, "{at}");
                assert_eq!(seven.check(&db.conn).await.unwrap(), []);
            } else {
                down(&seven, &db, 1).await;
            }
            down(&seven, &db, STAGES).await;
            assert_eq!(numbers(&db).await, Vec::<u16>::new());
        }
    }
}

async fn count_changed_while_dropping(db: Db) {
    for at in ["DELETE FROM cloudapp_shard_tb", "CREATE TABLE"] {
        for finish in [true, false] {
            up(&migrator(STAGES - 1, COUNT), &db).await;
            let before = db.dump().await;
            let mut child = Child::stepped(&db, "up", SHARDED + STAGES);
            child.until(at);
            child.go_on();
            child.until("Executed");
            child.kill();
            let two = migrator(STAGES, 2);
            if finish {
                up(&two, &db).await;
                assert_eq!(two.check(&db.conn).await.unwrap(), []);
                // Elsewhere than on MySQL it began anew, but what was there had four tables.
                assert_eq!(numbers(&db).await.len(), 4);
            } else {
                let last = statuses(&two, &db).await.pop().unwrap();
                if last.1 != Status::Pending {
                    down(&two, &db, 1).await;
                }
                assert_eq!(db.dump().await, before, "{at}");
            }
            down(&two, &db, usize::MAX).await;
        }
    }
}

/// Each of these statements fails, or shows, if it is run twice or in another order.
async fn undone_in_order_after_a_reshard(db: Db) {
    let migrations = || {
        vec![
            Migration::new("app_0001", |steps| {
                let table = Table::create()
                    .table("asset_tb")
                    .col(integer("id").primary_key())
                    .col(integer("n"))
                    .to_owned();
                steps.create_table(table);
                steps.sql("CREATE TABLE log_tb (n INT)").undo(|undo| {
                    undo.sql("DROP TABLE log_tb");
                });
                steps.sql("INSERT INTO log_tb (n) SELECT 1").undo(|undo| {
                    undo.sql("UPDATE log_tb SET n = 1");
                });
                steps
                    .sql("INSERT INTO asset_tb (id, n) SELECT 1, 0")
                    .undo(|undo| {
                        undo.sql("DELETE FROM asset_tb");
                    });
            }),
            Migration::new("app_0002", |steps| {
                steps.sql("UPDATE asset_tb SET n = 100").undo(|undo| {
                    undo.sql("UPDATE log_tb SET n = 2 * n");
                    undo.sql("UPDATE asset_tb SET n = n - 60");
                    undo.sql("UPDATE log_tb SET n = n + 5");
                    undo.sql("UPDATE asset_tb SET n = n / 2");
                    undo.sql("UPDATE asset_tb SET n = n / 2");
                    undo.sql("UPDATE log_tb SET n = n * 10");
                });
            }),
        ]
    };
    let streams = |all: bool| {
        let app = Stream::new("app", if all { migrations() } else { Vec::new() });
        vec![shard_layout(), app]
    };
    let known = Migrator::new(streams(true)).unwrap().sharded(vec![spec(2)]);
    let gone = Migrator::new(streams(false)).unwrap();
    for reverting in [&known, &gone] {
        up(&known, &db).await;
        let layout = load_layouts(&db.conn).await.unwrap().remove(0);
        let slots = layout.slots.resized(5);
        let made = create_like(&db.conn, db.backend, &layout, &[2, 3, 4]).await;
        assert!(!made.unwrap().iter().any(|sql| sql.contains("UPDATE")));
        for number in 2..5 {
            db.run(&format!(
                "INSERT INTO asset_{number}_tb (id, n) VALUES (1, 100)"
            ))
            .await;
        }
        db.run(&format!(
            "UPDATE cloudapp_shard_tb SET count = 5, slots = '{}'",
            slots.encode()
        ))
        .await;
        down(reverting, &db, 1).await;
        for number in 0..5 {
            let sql = format!("SELECT n FROM asset_{number}_tb");
            assert_eq!(db.number(&sql).await, 10, "{number}");
        }
        assert_eq!(db.number("SELECT n FROM log_tb").await, 70);
        down(reverting, &db, 1).await;
        assert_eq!(numbers(&db).await, Vec::<u16>::new());
    }
}

fn one(sql: &'static str) -> Migrator {
    let migration = Migration::new("app_0001", move |steps| {
        let drop = Table::drop().table("asset_tb").to_owned();
        steps.sql(sql).undo(|undo| {
            undo.drop_table(drop);
        });
    });
    let streams = vec![shard_layout(), Stream::new("app", vec![migration])];
    Migrator::new(streams).unwrap().sharded(vec![spec(3)])
}

async fn edits_are_told_as_written(db: Db) {
    up(&one("CREATE TABLE asset_tb (id INT, user_id INT)"), &db).await;
    let edited = one("CREATE TABLE asset_tb (id INT, user_id BIGINT)");
    let error = edited.up(&db.conn, &Options::default()).await.unwrap_err();
    assert!(matches!(error, MigrateError::Modified { .. }), "{error}");
    let plan = edited.repair(&db.conn).await.unwrap();
    assert_eq!(plan.edited.len(), 1);
    let diff = &plan.edited[0].diff;
    assert_eq!(diff.matches("user_id").count(), 2, "{diff}");
    assert!(
        !diff.contains("asset_0_tb") && !diff.contains("INSERT"),
        "{diff}"
    );
    let options = Options::default();
    edited
        .apply_repair(&db.conn, &plan, &options)
        .await
        .unwrap();
    assert_eq!(edited.check(&db.conn).await.unwrap(), []);
    down(&edited, &db, 1).await;
    assert_eq!(numbers(&db).await, Vec::<u16>::new());
}

async fn spelling_does_not_count(db: Db) {
    up(&one("CREATE TABLE asset_tb (id INT, user_id INT)"), &db).await;
    let spelt = one("CREATE  TABLE\n asset_tb /* each */ (id INT, user_id INT);");
    assert!(up(&spelt, &db).await.is_empty());
    assert_eq!(spelt.check(&db.conn).await.unwrap(), []);
}

async fn half_applied_is_not_resharded(db: Db) {
    up(&migrator(1, COUNT), &db).await;
    let layout = load_layouts(&db.conn).await.unwrap().remove(0);
    db.run("UPDATE cloudapp_migration_tb SET state = 'running' WHERE name LIKE 'app%'")
        .await;
    let error = create_like(&db.conn, db.backend, &layout, &[])
        .await
        .unwrap_err();
    assert!(error.to_string().contains("half applied"), "{error}");
}
