//! Hostile names, steps that cannot be, and types.

use chrono::{DateTime, Utc};
use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{MigrateError, Migrator};
use sea_orm::prelude::Decimal;
use sea_orm::{FromQueryResult, Value};

use crate::support::{Db, app, down, on_each_database, up};

on_each_database!(hostile_names, instants, decimals, case_and_blanks_matter);

const NASTY: &str = "o'r\"d`er; DROP TABLE keep_tb; -- \\";

async fn hostile_names(db: Db) {
    db.run("CREATE TABLE keep_tb (id INT)").await;
    let before = db.dump().await;
    let column = format!("{NASTY} col");
    let index = format!("{NASTY} idx");
    let migrator = app(vec![
        Migration::new("a", {
            let (column, index) = (column.clone(), index.clone());
            move |steps| {
                let table = Table::create()
                    .table(NASTY)
                    .col(integer("id").primary_key())
                    .to_owned();
                steps.create_table(table);
                let alter = Table::alter()
                    .table(NASTY)
                    .add_column(integer_null(column.clone()))
                    .to_owned();
                steps.alter_table(alter);
                let create = Index::create()
                    .name(index.clone())
                    .table(NASTY)
                    .col(column.clone())
                    .to_owned();
                steps.create_index(create);
            }
        }),
        Migration::new("b", |steps| {
            steps.rename_table(Table::rename().table(NASTY, "select").to_owned());
        }),
    ]);
    up(&migrator, &db).await;
    assert_eq!(migrator.check(&db.conn).await.unwrap(), []);
    let dump = db.dump().await;
    assert!(
        dump.contains("keep_tb") && dump.contains("select"),
        "{dump}"
    );
    down(&migrator, &db, 2).await;
    assert_eq!(db.dump().await, before);
}

async fn instants(db: Db) {
    let migrator = app(vec![Migration::new("a", |steps| {
        let table = Table::create()
            .table("at_tb")
            .col(integer("id").primary_key())
            .col(date_time("at"))
            .col(date_time_null("later"))
            .col(date_time_default_now("made"))
            .to_owned();
        steps.create_table(table);
    })]);
    up(&migrator, &db).await;
    let at: DateTime<Utc> = "2037-02-03T04:05:06.789012Z".parse().unwrap();
    let insert = Query::insert()
        .into_table("at_tb")
        .columns(["id", "at", "later"])
        .values_panic([1.into(), at.into(), Value::ChronoDateTimeUtc(None).into()])
        .to_owned();
    db.conn.execute(&insert).await.unwrap();

    #[derive(FromQueryResult)]
    struct Row {
        at: DateTime<Utc>,
        later: Option<DateTime<Utc>>,
        made: DateTime<Utc>,
    }
    let select = Statement::from_string(db.backend, "SELECT at, later, made FROM at_tb");
    let row = Row::find_by_statement(select)
        .one(&db.conn)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.at, row.later), (at, None));
    // The database's clock is this machine's; the session's time zone does not matter.
    let now = Utc::now();
    assert!(
        (now - row.made).num_seconds().abs() < 120,
        "{} {now}",
        row.made
    );
}

async fn decimals(db: Db) {
    let migrator = app(vec![Migration::new("a", |steps| {
        let table = Table::create()
            .table("sum_tb")
            .col(decimal_len("exact", 20, 4))
            .col(decimal_len_null("none", 20, 4))
            .to_owned();
        steps.create_table(table);
    })]);
    up(&migrator, &db).await;
    let exact: Decimal = "1234567890123456.7891".parse().unwrap();
    let insert = Query::insert()
        .into_table("sum_tb")
        .columns(["exact"])
        .values_panic([exact.to_string().into()])
        .to_owned();
    if db.backend == DbBackend::Sqlite {
        // Bound as text; the other drivers know decimals.
        db.conn.execute(&insert).await.unwrap();
    } else {
        db.run(&format!("INSERT INTO sum_tb (exact) VALUES ({exact})"))
            .await;
    }
    let text = if db.backend == DbBackend::MySql {
        "CHAR"
    } else {
        "TEXT"
    };
    let select = format!("SELECT CAST(exact AS {text}) AS exact FROM sum_tb");
    let row = db
        .conn
        .query_one_raw(Statement::from_string(db.backend, select))
        .await;
    let read: String = row.unwrap().unwrap().try_get("", "exact").unwrap();
    assert_eq!(read, exact.to_string());
}

/// Equality is as exact on MySQL as elsewhere: no tenant `Demo` beside `demo`.
async fn case_and_blanks_matter(db: Db) {
    let migrator = app(vec![Migration::new("a", |steps| {
        let table = Table::create()
            .table("t_tb")
            .col(string_len("app_id", 64).primary_key())
            .to_owned();
        steps.create_table(table);
    })]);
    up(&migrator, &db).await;
    db.run("INSERT INTO t_tb (app_id) VALUES ('demo')").await;
    db.run("INSERT INTO t_tb (app_id) VALUES ('Demo')").await;
    db.run("INSERT INTO t_tb (app_id) VALUES ('démo')").await;
    db.run("INSERT INTO t_tb (app_id) VALUES ('\u{1f600}')")
        .await;
    assert_eq!(
        db.number("SELECT COUNT(*) FROM t_tb WHERE app_id = 'DEMO'")
            .await,
        0
    );
    assert_eq!(
        db.number("SELECT COUNT(*) FROM t_tb WHERE app_id = 'demo'")
            .await,
        1
    );
}

#[test]
fn names_of_migrations() {
    let named = |name: &'static str| Stream::new("s", vec![Migration::new(name, |_| {})]);
    for bad in [
        "",
        "a b",
        "a;b",
        "naïve",
        "a/b",
        Box::leak("x".repeat(191).into_boxed_str()),
    ] {
        let error = Migrator::new(vec![named(bad)]).unwrap_err();
        assert!(
            matches!(error, MigrateError::BadName { .. }),
            "{bad}: {error}"
        );
    }
    Migrator::new(vec![named("m20240101_000001_create-table.v2")]).unwrap();
    let error = Migrator::new(vec![
        named("a"),
        Stream::new("t", vec![Migration::new("a", |_| {})]),
    ])
    .unwrap_err();
    assert!(
        error.to_string().contains("`a` (streams `s` and `t`)"),
        "{error}"
    );
}

fn reason(backend: DbBackend, build: impl Fn(&mut Steps) + Send + Sync + 'static) -> String {
    match Migration::new("m", build).sql(backend) {
        Ok(sql) => format!("{sql:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn impossible_steps() {
    use sea_orm::DatabaseBackend::{MySql, Sqlite};
    let two = reason(MySql, |steps| {
        steps.sql("SELECT 1; SELECT ';'");
    });
    assert!(
        two.contains("`m`, step 1: this is more than one statement"),
        "{two}"
    );
    let add_two = |steps: &mut Steps| {
        let alter = Table::alter()
            .table("t")
            .add_column(integer("a"))
            .add_column(integer("b"))
            .to_owned();
        steps.alter_table(alter);
    };
    assert!(reason(Sqlite, add_two).contains("make each its own step"));
    assert!(reason(MySql, add_two).contains("ADD COLUMN"));
    let modify = |steps: &mut Steps| {
        steps.alter_table(
            Table::alter()
                .table("t")
                .modify_column(integer("a"))
                .to_owned(),
        );
    };
    assert!(reason(Sqlite, modify).contains("cannot modify a column"));
    let drop_two = |steps: &mut Steps| {
        steps.drop_table(Table::drop().table("t").table("u").to_owned());
    };
    assert!(reason(MySql, drop_two).contains("one table per step"));
    let unnamed = |steps: &mut Steps| {
        steps.create_index(Index::create().table("t").col("a").to_owned());
    };
    assert!(reason(MySql, unnamed).contains("give the index a name"));
    let foreign = |steps: &mut Steps| {
        steps.create_foreign_key(
            ForeignKey::create()
                .name("fk")
                .from("t", "a")
                .to("u", "b")
                .to_owned(),
        );
    };
    assert!(reason(Sqlite, foreign).contains("declare it in `create_table`"));
}

/// One statement, though it holds `;`.
#[test]
fn semicolons_inside() {
    for sql in [
        "INSERT INTO t (a) VALUES ('x; y'); ",
        "CREATE TRIGGER t AFTER INSERT ON t BEGIN UPDATE t SET a = 1; UPDATE t SET b = 2; END",
        "UPDATE t SET a = 1 -- one; two\n",
        "DO $body$ BEGIN PERFORM 1; PERFORM 2; END $body$;",
    ] {
        let shown = reason(DbBackend::Postgres, move |steps| {
            steps.sql(sql);
        });
        assert!(shown.starts_with("MigrationSql"), "{sql}: {shown}");
    }
}

#[test]
fn derived_down() {
    use sea_orm::DatabaseBackend::{MySql, Postgres, Sqlite};
    let down =
        |backend, build: fn(&mut Steps)| Migration::new("m", build).sql(backend).unwrap().down;
    let drop_it: fn(&mut Steps) = |steps| {
        steps.drop_table(Table::drop().table("t").to_owned());
    };
    assert_eq!(down(MySql, drop_it), None);
    let per_database: fn(&mut Steps) = |steps| {
        steps.sql_for(DbBackend::MySql, "SET @a = 1");
    };
    assert_eq!(down(MySql, per_database), None);
    assert_eq!(down(Sqlite, per_database), Some(vec![]));
    let index: fn(&mut Steps) = |steps| {
        steps.create_index(
            Index::create()
                .unique()
                .name("i")
                .table("t")
                .col("a")
                .to_owned(),
        );
    };
    assert_eq!(down(MySql, index).unwrap(), ["DROP INDEX `i` ON `t`"]);
    assert_eq!(down(Postgres, index).unwrap(), ["DROP INDEX \"i\""]);
    let two: fn(&mut Steps) = |steps| {
        let alter = Table::alter()
            .table("t")
            .add_column(integer("a"))
            .add_column(integer("b"))
            .to_owned();
        steps.alter_table(alter);
    };
    let expect = [
        "ALTER TABLE `t` DROP COLUMN `b`",
        "ALTER TABLE `t` DROP COLUMN `a`",
    ];
    assert_eq!(down(MySql, two).unwrap(), expect);
    let mixed: fn(&mut Steps) = |steps| {
        let alter = Table::alter()
            .table("t")
            .add_column(integer("a"))
            .modify_column(text("b"))
            .to_owned();
        steps.alter_table(alter);
    };
    assert_eq!(down(MySql, mixed), None);
    let key: fn(&mut Steps) = |steps| {
        steps.create_foreign_key(
            ForeignKey::create()
                .name("fk")
                .from("t", "a")
                .to("u", "b")
                .to_owned(),
        );
    };
    assert_eq!(
        down(MySql, key).unwrap(),
        ["ALTER TABLE `t` DROP FOREIGN KEY `fk`"]
    );
    assert_eq!(
        down(Postgres, key).unwrap(),
        ["ALTER TABLE \"t\" DROP CONSTRAINT \"fk\""]
    );
}

/// What the author says about character sets stays.
#[test]
fn chosen_collation_stays() {
    let table = |collation: Option<&'static str>| {
        reason(DbBackend::MySql, move |steps| {
            let mut table = Table::create();
            table.table("t").col(text("a"));
            if let Some(collation) = collation {
                table.collate(collation);
            }
            steps.create_table(table);
        })
    };
    assert!(
        table(None).contains("DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"),
        "{}",
        table(None)
    );
    let chosen = table(Some("utf8mb4_unicode_ci"));
    assert!(
        chosen.contains("COLLATE=utf8mb4_unicode_ci") && !chosen.contains("_bin"),
        "{chosen}"
    );
}
