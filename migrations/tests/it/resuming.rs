//! Steps that fail, and what can be done then.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{MigrateError, Options, Status, StepOutcome};

use crate::support::{Db, app, changed, down, on_each_database, statuses, up};

on_each_database!(
    failing_step_is_named,
    failing_first_step_leaves_no_trace,
    data_step_is_atomic_with_the_journal,
    mended_step_goes_on,
    edit_of_a_done_step_is_refused,
    half_applied_is_undone,
    half_applied_with_blind_down,
    opaque_step_is_asked_about,
    edited_step_in_flight,
    what_is_there_already,
);

fn journalled(db: &Db) -> bool {
    db.backend == DbBackend::MySql
}

/// A table, then whatever `second` says.
fn two_steps(second: &'static str) -> Migration {
    Migration::new("m", move |steps| {
        let table = Table::create()
            .table("m_tb")
            .col(integer("id").primary_key())
            .to_owned();
        steps.create_table(table);
        steps.sql(second).undo(|undo| {
            undo.sql("DROP TABLE n_tb");
        });
        let index = Index::create()
            .name("idx_m")
            .table("m_tb")
            .col("id")
            .to_owned();
        steps.create_index(index);
    })
}

const BROKEN: &str = "CREATE TABLE n_tb (id INT, id INT)";
const MENDED: &str = "CREATE TABLE n_tb (id INT)";

async fn fail(db: &Db, migration: Migration) -> MigrateError {
    app(vec![migration])
        .up(&db.conn, &Options::default())
        .await
        .unwrap_err()
}

/// As if the process had been killed while step `started` ran.
async fn kill_in_step(db: &Db, started: usize) {
    db.run(&format!(
        "UPDATE cloudapp_migration_tb SET started = {started}"
    ))
    .await;
}

async fn failing_step_is_named(db: Db) {
    let error = fail(&db, two_steps(BROKEN)).await;
    let text = error.to_string();
    assert!(
        matches!(
            error,
            MigrateError::Step {
                step: 2,
                steps: 3,
                ..
            }
        ),
        "{text}"
    );
    assert!(
        text.contains("migration `m` failed at step 2 of 3") && text.contains(BROKEN),
        "{text}"
    );
    let status = statuses(&app(vec![two_steps(BROKEN)]), &db).await[0].1;
    if journalled(&db) {
        assert!(text.contains("`migrate down` to undo"), "{text}");
        assert_eq!(status, Status::Partial);
    } else {
        assert!(text.contains("was rolled back"), "{text}");
        assert_eq!(status, Status::Pending);
        assert!(!db.dump().await.contains("m_tb"));
    }
}

async fn failing_first_step_leaves_no_trace(db: Db) {
    fail(
        &db,
        Migration::new("m", |steps| {
            steps.sql(BROKEN);
        }),
    )
    .await;
    assert_eq!(db.dump().await, "");
    let other = Migration::new("m", |steps| {
        steps.sql(MENDED);
    });
    assert_eq!(changed(&up(&app(vec![other]), &db).await), ["m"]);
}

async fn data_step_is_atomic_with_the_journal(db: Db) {
    let with = |fails: bool| {
        app(vec![Migration::new("m", move |steps| {
            steps.sql("CREATE TABLE m_tb (id INT)");
            steps.data("two rows", move |txn| {
                Box::pin(async move {
                    txn.execute_unprepared("INSERT INTO m_tb (id) VALUES (1)")
                        .await?;
                    if fails {
                        return Err(DbErr::Custom("no second row".to_owned()));
                    }
                    txn.execute_unprepared("INSERT INTO m_tb (id) VALUES (2)")
                        .await?;
                    Ok(())
                })
            });
        })])
    };
    let error = with(true)
        .up(&db.conn, &Options::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no second row"), "{error}");
    assert!(error.to_string().contains("two rows"), "{error}");
    if journalled(&db) {
        assert_eq!(db.number("SELECT COUNT(*) FROM m_tb").await, 0);
        assert_eq!(db.number("SELECT step FROM cloudapp_migration_tb").await, 1);
    }
    up(&with(false), &db).await;
    assert_eq!(db.number("SELECT COUNT(*) FROM m_tb").await, 2);
}

async fn mended_step_goes_on(db: Db) {
    fail(&db, two_steps(BROKEN)).await;
    let mended = app(vec![two_steps(MENDED)]);
    let pending = mended.pending(&db.conn).await.unwrap();
    let left = if journalled(&db) { 2 } else { 3 };
    assert_eq!((pending.len(), pending[0].sql.len()), (1, left));
    assert!(pending[0].sql.contains(&MENDED.to_owned()), "{pending:?}");
    let report = up(&mended, &db).await;
    assert_eq!(report.changes[0].resumed, journalled(&db));
    assert_eq!(statuses(&mended, &db).await[0].1, Status::Applied);
    assert_eq!(mended.pending(&db.conn).await.unwrap(), []);
    assert!(mended.check(&db.conn).await.unwrap().is_empty());
    down(&mended, &db, 1).await;
    assert_eq!(db.dump().await, "");
}

async fn edit_of_a_done_step_is_refused(db: Db) {
    fail(&db, two_steps(BROKEN)).await;
    let edited = app(vec![Migration::new("m", |steps| {
        steps.sql("CREATE TABLE other_tb (id INT)");
        steps.sql(MENDED);
    })]);
    let outcome = edited.up(&db.conn, &Options::default()).await;
    if journalled(&db) {
        let error = outcome.unwrap_err();
        assert!(matches!(error, MigrateError::Modified { .. }), "{error}");
        assert!(!db.dump().await.contains("other_tb"));
    } else {
        assert_eq!(changed(&outcome.unwrap()), ["m"]);
    }
}

async fn half_applied_is_undone(db: Db) {
    fail(&db, two_steps(BROKEN)).await;
    let migrator = app(vec![two_steps(BROKEN)]);
    let report = down(&migrator, &db, 1).await;
    assert_eq!(report.changes.len(), usize::from(journalled(&db)));
    assert_eq!(db.dump().await, "");
    assert!(migrator.up(&db.conn, &Options::default()).await.is_err());
    // Also by an app that does not have the code.
    down(&app(vec![]), &db, 1).await;
    assert_eq!(db.dump().await, "");
}

/// An explicit `down` that changes rows cannot know how far `up` came.
async fn half_applied_with_blind_down(db: Db) {
    let with = |second: &'static str| {
        app(vec![
            Migration::new("m", move |steps| {
                steps.sql("CREATE TABLE m_tb (id INT)");
                steps.sql(second);
            })
            .down(|steps| {
                steps.sql("DELETE FROM m_tb");
                steps.sql("DROP TABLE m_tb");
            }),
        ])
    };
    let options = Options::default();
    with("INSERT INTO m_tb (id) VALUES ('a', 'b')")
        .up(&db.conn, &options)
        .await
        .unwrap_err();
    let outcome = with("INSERT INTO m_tb (id) VALUES ('a', 'b')")
        .down(&db.conn, 1, &options)
        .await;
    if journalled(&db) {
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, MigrateError::Irreversible { .. }),
            "{error}"
        );
        assert!(
            error.to_string().contains("only 1 of its 2 steps"),
            "{error}"
        );
    }
    let mended = with("INSERT INTO m_tb (id) VALUES (1)");
    up(&mended, &db).await;
    down(&mended, &db, 1).await;
    assert_eq!(db.dump().await, "");
}

/// A statement that the engine cannot look up. (A trigger, here.)
async fn opaque_step_is_asked_about(db: Db) {
    if !journalled(&db) {
        return;
    }
    let migrator = app(vec![Migration::new("m", |steps| {
        steps.sql("CREATE TABLE m_tb (id INT)");
        steps.sql("CREATE TRIGGER tr BEFORE INSERT ON m_tb FOR EACH ROW SET NEW.id = 7");
        steps.sql("INSERT INTO m_tb (id) VALUES (1)");
    })]);
    let options = Options::default();
    for outcome in [StepOutcome::Done, StepOutcome::Again] {
        up(&migrator, &db).await;
        db.run("UPDATE cloudapp_migration_tb SET state = 'running', step = 1, started = 2")
            .await;
        db.run("DELETE FROM m_tb").await;
        for error in [
            migrator.up(&db.conn, &options).await,
            migrator.down(&db.conn, 1, &options).await,
        ] {
            let error = error.unwrap_err();
            let unclear = matches!(
                error,
                MigrateError::Unclear { step: 2, .. } | MigrateError::Irreversible { .. }
            );
            assert!(unclear, "{error}");
        }
        if outcome == StepOutcome::Again {
            db.run("DROP TRIGGER tr").await;
        }
        migrator
            .settle_step(&db.conn, "m", outcome, &options)
            .await
            .unwrap();
        up(&migrator, &db).await;
        assert_eq!(db.number("SELECT id FROM m_tb").await, 7);
        db.run("DROP TABLE m_tb").await;
        db.run("DELETE FROM cloudapp_migration_tb").await;
    }
    let error = migrator
        .settle_step(&db.conn, "m", StepOutcome::Done, &options)
        .await
        .unwrap_err();
    assert!(matches!(error, MigrateError::Unknown { .. }), "{error}");
}

/// Killed in a step whose text is another one when the app comes back.
async fn edited_step_in_flight(db: Db) {
    if !journalled(&db) {
        return;
    }
    let options = Options::default();
    for took_effect in [false, true] {
        fail(&db, two_steps(BROKEN)).await;
        kill_in_step(&db, 2).await;
        if took_effect {
            db.run(MENDED).await;
        }
        let outcome = app(vec![two_steps(MENDED)]).up(&db.conn, &options).await;
        let refused = matches!(outcome, Err(MigrateError::Modified { .. }));
        assert_eq!(
            (outcome.is_ok(), refused),
            (!took_effect, took_effect),
            "{outcome:?}"
        );
        down(&app(vec![]), &db, 1).await;
        assert_eq!(db.dump().await, "");
    }
}

/// A table that somebody else made is neither taken for the migration's own nor overwritten.
async fn what_is_there_already(db: Db) {
    db.run("CREATE TABLE m_tb (other INT)").await;
    let before = db.dump().await;
    let error = fail(&db, two_steps(MENDED)).await;
    if journalled(&db) {
        assert!(
            matches!(error, MigrateError::AlreadyThere { step: 1, .. }),
            "{error}"
        );
    }
    assert_eq!(db.dump().await, before);
}
