//! Code against history: edited, missing, out of order; going down without code; starting afresh.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{Event, MigrateError, Migrator, Options, Status};
use std::sync::{Arc, Mutex};

use crate::support::{Db, app, changed, down, on_each_database, statuses, up};

on_each_database!(
    edited_is_refused,
    layout_is_no_edit,
    missing_is_left_alone_and_can_be_undone,
    missing_with_rust_step,
    edited_is_undone_as_applied,
    out_of_order,
    irreversible_changes_nothing,
    last_applied_goes_first,
    fresh_drops_everything,
    fresh_says_what_it_drops,
);

fn table(name: &'static str) -> Migration {
    Migration::new(name, move |steps| {
        let table = Table::create()
            .table(format!("{name}_tb"))
            .col(integer("id").primary_key())
            .to_owned();
        steps.create_table(table);
    })
}

/// As [`table`], after an edit.
fn table_with_more(name: &'static str) -> Migration {
    Migration::new(name, move |steps| {
        let table = Table::create()
            .table(format!("{name}_tb"))
            .col(integer("id").primary_key())
            .col(integer("more"))
            .to_owned();
        steps.create_table(table);
    })
}

fn named(list: &[(String, Status)]) -> Vec<(&str, Status)> {
    list.iter()
        .map(|(name, status)| (name.as_str(), *status))
        .collect()
}

async fn edited_is_refused(db: Db) {
    up(&app(vec![table("a")]), &db).await;
    let edited = app(vec![table_with_more("a"), table("b")]);
    let error = edited.up(&db.conn, &Options::default()).await.unwrap_err();
    assert!(
        matches!(&error, MigrateError::Modified { names } if names == &["a"]),
        "{error}"
    );
    assert!(
        error.to_string().contains("`a`") && error.to_string().contains("migrate repair"),
        "{error}"
    );
    let found = statuses(&edited, &db).await;
    assert_eq!(
        named(&found),
        [("a", Status::Modified), ("b", Status::Pending)]
    );
}

async fn layout_is_no_edit(db: Db) {
    let with = |sql: &'static str| {
        app(vec![Migration::new("a", move |steps| {
            steps.sql(sql);
        })])
    };
    up(
        &with("CREATE TABLE a_tb (id INT, note VARCHAR(9) DEFAULT 'x  y')"),
        &db,
    )
    .await;
    let other = "\n-- the table\nCREATE TABLE a_tb\r\n  (id INT, /* note */ note   VARCHAR(9) DEFAULT 'x  y');\n";
    assert_eq!(
        named(&statuses(&with(other), &db).await),
        [("a", Status::Applied)]
    );
    let edit = "CREATE TABLE a_tb (id INT, note VARCHAR(9) DEFAULT 'x y')";
    assert_eq!(
        named(&statuses(&with(edit), &db).await),
        [("a", Status::Modified)]
    );
}

async fn missing_is_left_alone_and_can_be_undone(db: Db) {
    up(&app(vec![table("a"), table("b"), table("c")]), &db).await;
    let less = app(vec![table("a"), table("d")]);
    let found = statuses(&less, &db).await;
    let expect = [
        ("a", Status::Applied),
        ("d", Status::Pending),
        ("b", Status::Missing),
        ("c", Status::Missing),
    ];
    assert_eq!(named(&found), expect);
    let report = up(&less, &db).await;
    assert_eq!(changed(&report), ["d"]);
    assert_eq!(report.warnings.len(), 2, "{:?}", report.warnings);

    assert_eq!(changed(&down(&less, &db, 3).await), ["d", "c", "b"]);
    let dump = db.dump().await;
    assert!(
        dump.contains("a_tb") && !dump.contains("b_tb") && !dump.contains("c_tb"),
        "{dump}"
    );
}

async fn missing_with_rust_step(db: Db) {
    let rust = Migration::new("b", |steps| {
        steps
            .data("nothing", |_| Box::pin(async { Ok(()) }))
            .undo(|undo| {
                undo.data("nothing back", |_| Box::pin(async { Ok(()) }));
            });
    });
    up(&app(vec![table("a"), rust.clone()]), &db).await;
    let error = app(vec![table("a")])
        .down(&db.conn, 2, &Options::default())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, MigrateError::CodeMissing { migration, .. } if migration == "b"),
        "{error}"
    );
    assert!(error.to_string().contains("nothing back"), "{error}");
    assert_eq!(
        changed(&down(&app(vec![table("a"), rust]), &db, 2).await),
        ["b", "a"]
    );
}

/// The table has no column `more`, whatever the code says now.
async fn edited_is_undone_as_applied(db: Db) {
    let with = |column: &'static str| {
        let add = move |steps: &mut Steps| {
            let alter = Table::alter()
                .table("a_tb")
                .add_column(integer_null(column))
                .to_owned();
            steps.alter_table(alter);
        };
        app(vec![table("a"), Migration::new("b", add)])
    };
    up(&app(vec![table("a")]), &db).await;
    let before = db.dump().await;
    up(&with("one"), &db).await;
    down(&with("other"), &db, 1).await;
    assert_eq!(db.dump().await, before);
}

async fn out_of_order(db: Db) {
    up(&app(vec![table("b")]), &db).await;
    let all = app(vec![table("a"), table("b"), table("c")]);
    let found = statuses(&all, &db).await;
    assert_eq!(
        named(&found),
        [
            ("a", Status::OutOfOrder),
            ("b", Status::Applied),
            ("c", Status::Pending)
        ]
    );
    let report = up(&all, &db).await;
    assert_eq!(changed(&report), ["a", "c"]);
    assert_eq!(report.warnings.len(), 1);
    assert!(
        report.warnings[0].contains("`a` is applied out of order"),
        "{:?}",
        report.warnings
    );
    // By another stream: in order.
    let streams = vec![
        Stream::new("first", vec![table("d")]),
        Stream::new("app", vec![table("a"), table("b"), table("c")]),
    ];
    let found = statuses(&Migrator::new(streams).unwrap(), &db).await;
    assert_eq!(found[0], ("d".to_owned(), Status::Pending));
}

async fn irreversible_changes_nothing(db: Db) {
    let raw = Migration::new("b", |steps| {
        steps.sql("INSERT INTO a_tb (id) VALUES (1)");
    });
    let migrator = app(vec![table("a"), raw, table("c")]);
    up(&migrator, &db).await;
    let before = db.dump().await;
    let error = migrator
        .down(&db.conn, 2, &Options::default())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, MigrateError::Irreversible { migration, .. } if migration == "b"),
        "{error}"
    );
    assert!(error.to_string().contains("INSERT INTO a_tb"), "{error}");
    assert_eq!(db.dump().await, before);
    assert_eq!(changed(&down(&migrator, &db, 1).await), ["c"]);
    // Without code, too.
    let error = app(vec![table("a")])
        .down(&db.conn, 1, &Options::default())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, MigrateError::Irreversible { migration, .. } if migration == "b"),
        "{error}"
    );
    let rows = migrator.status(&db.conn).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.reversible).collect::<Vec<_>>(),
        [true, false, true]
    );
}

async fn last_applied_goes_first(db: Db) {
    up(&app(vec![table("b")]), &db).await;
    let both = app(vec![table("a"), table("b")]);
    up(&both, &db).await;
    assert_eq!(changed(&down(&both, &db, 1).await), ["a"]);
    assert!(down(&both, &db, 0).await.is_empty());
    assert_eq!(changed(&down(&both, &db, 5).await), ["b"]);
    assert!(down(&both, &db, 5).await.is_empty());
}

async fn fresh_drops_everything(db: Db) {
    let migrator = app(vec![table("a"), table("b")]);
    up(&migrator, &db).await;
    let clean = db.dump().await;
    db.run("CREATE TABLE parent (id INT PRIMARY KEY)").await;
    // Before its parent in the alphabet, and one after.
    db.run("CREATE TABLE kid (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id))")
        .await;
    db.run("CREATE TABLE quid (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id))")
        .await;
    db.run("INSERT INTO parent (id) VALUES (1)").await;
    db.run("INSERT INTO kid (id, p) VALUES (1, 1)").await;
    db.run("INSERT INTO quid (id, p) VALUES (1, 1)").await;
    db.run("CREATE VIEW seen AS SELECT id FROM parent").await;
    match db.backend {
        DbBackend::MySql => db.run("CREATE TABLE `o``dd` (id INT)").await,
        DbBackend::Postgres => {
            db.run("CREATE TABLE \"o\"\"dd\" (id INT)").await;
            db.run("CREATE TYPE mood AS ENUM ('good')").await;
            db.run("CREATE FUNCTION one() RETURNS INT LANGUAGE sql AS 'SELECT 1'")
                .await;
            db.run("CREATE SEQUENCE numbers").await;
            db.run("CREATE MATERIALIZED VIEW kept AS SELECT id FROM parent")
                .await;
        }
        _ => {
            db.run("CREATE TABLE \"o\"\"dd\" (id INTEGER PRIMARY KEY AUTOINCREMENT)")
                .await
        }
    }
    let report = migrator.fresh(&db.conn, &Options::default()).await.unwrap();
    assert_eq!(changed(&report), ["a", "b"]);
    assert_eq!(db.dump().await, clean);
    if db.backend == DbBackend::Postgres {
        // They are gone: they can be made again.
        db.run("CREATE TYPE mood AS ENUM ('good')").await;
        db.run("CREATE FUNCTION one() RETURNS INT LANGUAGE sql AS 'SELECT 1'")
            .await;
        db.run("CREATE SEQUENCE numbers").await;
    }
}

async fn fresh_says_what_it_drops(db: Db) {
    let migrator = app(vec![table("a")]);
    up(&migrator, &db).await;
    let dropped = Arc::new(Mutex::new(Vec::new()));
    let list = dropped.clone();
    let options = Options::default().on_event(move |event| {
        if let Event::Dropping { object } = event {
            list.lock().unwrap().push((*object).to_owned());
        }
    });
    migrator.fresh(&db.conn, &options).await.unwrap();
    let mut dropped = dropped.lock().unwrap().clone();
    dropped.sort();
    assert_eq!(dropped, ["a_tb", "cloudapp_migration_tb"]);
}
