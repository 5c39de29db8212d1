//! `repair`: showing and accepting edits, forgetting.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{MigrateError, Migrator, Options, RepairPlan, Status};

use crate::support::{Db, app, changed, down, on_each_database, statuses, up};

on_each_database!(shows_and_accepts, stale_plan_is_refused, forgets_by_name);

fn with(title: u32) -> Migrator {
    app(vec![Migration::new("a", move |steps| {
        let table = Table::create()
            .table("a_tb")
            .col(integer("id").primary_key())
            .col(string_len("title", title))
            .to_owned();
        steps.create_table(table);
    })])
}

async fn shows_and_accepts(db: Db) {
    up(&with(10), &db).await;
    assert_eq!(
        with(10).repair(&db.conn).await.unwrap(),
        RepairPlan::default()
    );
    let before = db.dump().await;
    let plan = with(20).repair(&db.conn).await.unwrap();
    let diff = &plan.edited[0].diff;
    assert!(diff.contains("--- a (applied)\n+++ a (code)\n"), "{diff}");
    let lines: Vec<&str> = diff
        .lines()
        .filter(|line| line.starts_with(['-', '+']))
        .skip(2)
        .collect();
    assert_eq!(lines.len(), 2, "{diff}");
    assert!(
        lines[0].starts_with('-') && lines[0].contains("varchar(10)"),
        "{diff}"
    );
    assert!(
        lines[1].starts_with('+') && lines[1].contains("varchar(20)"),
        "{diff}"
    );
    // Looking changes nothing.
    assert_eq!(db.dump().await, before);

    with(20)
        .apply_repair(&db.conn, &plan, &Options::default())
        .await
        .unwrap();
    assert_eq!(statuses(&with(20), &db).await[0].1, Status::Applied);
    assert_eq!(statuses(&with(10), &db).await[0].1, Status::Modified);
    assert!(
        with(20)
            .up(&db.conn, &Options::default())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(changed(&down(&with(20), &db, 1).await), ["a"]);
}

async fn stale_plan_is_refused(db: Db) {
    up(&with(10), &db).await;
    let plan = with(20).repair(&db.conn).await.unwrap();
    let before = db.dump().await;
    // The code is another one by now, or the history is.
    let error = with(30)
        .apply_repair(&db.conn, &plan, &Options::default())
        .await
        .unwrap_err();
    assert!(
        matches!(error, MigrateError::ChangedMeanwhile { .. }),
        "{error}"
    );
    assert_eq!(db.dump().await, before);
    with(20)
        .apply_repair(&db.conn, &plan, &Options::default())
        .await
        .unwrap();
    let error = with(20)
        .apply_repair(&db.conn, &plan, &Options::default())
        .await
        .unwrap_err();
    assert!(
        matches!(error, MigrateError::ChangedMeanwhile { .. }),
        "{error}"
    );
}

async fn forgets_by_name(db: Db) {
    up(&with(10), &db).await;
    let options = Options::default();
    let nothing = app(vec![]);
    assert_eq!(nothing.repair(&db.conn).await.unwrap().missing, ["a"]);
    for (migrator, name) in [(&with(10), "a"), (&nothing, "b")] {
        let error = migrator.forget(&db.conn, name, &options).await.unwrap_err();
        assert!(matches!(error, MigrateError::Unknown { .. }), "{error}");
    }
    nothing.forget(&db.conn, "a", &options).await.unwrap();
    assert!(statuses(&nothing, &db).await.is_empty());
    assert!(db.dump().await.contains("a_tb"));
}
