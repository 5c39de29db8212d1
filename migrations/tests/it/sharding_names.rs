//! What a statement on a sharded table becomes, and what cannot be one.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{Migrator, Options, Scheme, ShardSpec, shard_layout};

use crate::sharded::spec;
use crate::support::{Db, on_each_database, up};

on_each_database!(
    names_of_what_belongs_to_it,
    raw_statements,
    mysql_forms,
    refusals,
    bad_specs,
    too_long,
    without_suffix
);

fn migrator(spec: ShardSpec, build: impl Fn(&mut Steps) + Send + Sync + 'static) -> Migrator {
    let app = Stream::new("app", vec![Migration::new("app_0001", build)]);
    Migrator::new(vec![shard_layout(), app])
        .unwrap()
        .sharded(vec![spec])
}

/// What `build` becomes on two tables.
async fn expanded(
    db: &Db,
    build: impl Fn(&mut Steps) + Send + Sync + 'static,
) -> Result<Vec<String>, String> {
    let pending = migrator(spec(2), build).pending(&db.conn).await;
    let mut pending = pending.map_err(|error| error.to_string())?;
    Ok(pending.remove(1).sql)
}

async fn names_of_what_belongs_to_it(db: Db) {
    let index = |name: &'static str| {
        let mut index = Index::create();
        index.name(name).table("asset_tb").col("idx").to_owned()
    };
    let quote = if db.backend == DbBackend::MySql {
        '`'
    } else {
        '"'
    };
    for (name, expect) in [
        ("idx", "idx_1"),
        ("uq_asset_tb_idx", "uq_asset_1_tb_idx"),
        ("asset_tb_asset_tb", "asset_1_tb_asset_tb"),
        ("a`b\"c", "a`b\"c_1"),
    ] {
        let sql = expanded(&db, move |steps| {
            steps.create_index(index(name));
        });
        let sql = sql.await.unwrap();
        let escaped = expect.replace(quote, &format!("{quote}{quote}"));
        let create = format!("CREATE INDEX {quote}{escaped}{quote} ON {quote}asset_1_tb{quote}");
        assert!(sql.len() == 2 && sql[1].starts_with(&create), "{sql:?}");
        assert!(sql[1].contains(&format!("({quote}idx{quote})")), "{sql:?}");
        let sql = expanded(&db, move |steps| {
            steps.drop_index(Index::drop().name(name).table("asset_tb").to_owned());
        });
        // sea-query does not double quotes here.
        if !name.contains('"') {
            let sql = sql.await.unwrap();
            let drop = format!("DROP INDEX {quote}{expect}{quote}");
            assert!(sql.len() == 2 && sql[1].starts_with(&drop), "{sql:?}");
        }
    }
}

async fn raw_statements(db: Db) {
    for (sql, expect) in [
        ("UPDATE Asset_x_tb SET a = 'asset_tb'", None),
        (
            "UPDATE asset_tb SET a = 'asset_tb' -- asset_tb",
            Some("UPDATE asset_1_tb SET a = 'asset_tb' -- asset_tb"),
        ),
        (
            "DELETE FROM asset_tb WHERE asset_tb.key = 1",
            Some("DELETE FROM asset_1_tb WHERE asset_1_tb.key = 1"),
        ),
        (
            "ALTER TABLE asset_tb ADD CONSTRAINT ck CHECK (a > 0)",
            Some("ALTER TABLE asset_1_tb ADD CONSTRAINT ck_1 CHECK (a > 0)"),
        ),
        (
            "CREATE UNIQUE INDEX IF NOT EXISTS i ON asset_tb (i)",
            Some("CREATE UNIQUE INDEX IF NOT EXISTS i_1 ON asset_1_tb (i)"),
        ),
        (
            "CREATE TABLE asset_tb (id INT PRIMARY KEY, a INT UNIQUE, CONSTRAINT c UNIQUE (id, a))",
            Some(
                "CREATE TABLE asset_1_tb (id INT PRIMARY KEY, a INT UNIQUE, CONSTRAINT c_1 \
                 UNIQUE (id, a))",
            ),
        ),
    ] {
        let found = expanded(&db, move |steps| {
            steps.sql(sql);
        });
        let found = found.await.unwrap();
        assert_eq!(
            found.last().map(String::as_str),
            Some(expect.unwrap_or(sql))
        );
        assert_eq!(found.len() > 1, expect.is_some(), "{found:?}");
    }
}

async fn refusals(db: Db) {
    for (sql, reason) in [
        (
            "ALTER TABLE asset_tb RENAME TO other_tb",
            "cannot be renamed",
        ),
        (
            "ALTER TABLE other_tb RENAME TO asset_tb",
            "cannot be renamed",
        ),
        (
            "CREATE TABLE other_tb (a INT, FOREIGN KEY (a) REFERENCES asset_tb (id))",
            "no foreign key",
        ),
        (
            "CREATE TABLE asset_tb (a INT, FOREIGN KEY (a) REFERENCES other_tb (id))",
            "no foreign key",
        ),
        (
            "CREATE TABLE other_tb AS SELECT * FROM asset_tb",
            "another table",
        ),
        ("DROP TABLE other_tb, asset_tb", "another table"),
        (
            "CREATE VIEW asset_view AS SELECT * FROM asset_tb",
            "a view of",
        ),
        ("DELETE FROM main.asset_tb", "without its schema"),
    ] {
        let found = expanded(&db, move |steps| {
            steps.sql(sql);
        });
        let error = found.await.unwrap_err();
        assert!(
            error.contains(reason) && error.contains("asset_tb"),
            "{sql}: {error}"
        );
    }
    let found = expanded(&db, |steps| {
        steps.rename_table(Table::rename().table("asset_tb", "b_tb").to_owned());
    });
    assert!(found.await.unwrap_err().contains("cannot be renamed"));
    let mut other = spec(2);
    other.table = "other_tb".to_owned();
    let app = Stream::new(
        "app",
        vec![Migration::new("app_0001", |steps| {
            steps.sql("INSERT INTO asset_tb SELECT * FROM other_tb");
        })],
    );
    let two = Migrator::new(vec![shard_layout(), app])
        .unwrap()
        .sharded(vec![spec(2), other]);
    let error = two
        .up(&db.conn, &Options::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("two sharded tables"), "{error}");
}

async fn bad_specs(db: Db) {
    let mut no_key = spec(2);
    no_key.key = String::new();
    let mut long = spec(2);
    long.table = "x".repeat(65);
    for bad in [spec(0), spec(1025), no_key, long] {
        let found = migrator(bad, |_| {})
            .up(&db.conn, &Options::default())
            .await;
        let error = found.unwrap_err().to_string();
        assert!(error.contains("cannot be sharded so"), "{error}");
    }
    let twice = Migrator::new(vec![shard_layout()])
        .unwrap()
        .sharded(vec![spec(2), spec(3)]);
    let error = twice.status(&db.conn).await.unwrap_err().to_string();
    assert!(error.contains("declared twice"), "{error}");
}

async fn too_long(db: Db) {
    let name = |length: usize| format!("{}_tb", "x".repeat(length - 3));
    let longest = match db.backend {
        DbBackend::MySql => 64,
        DbBackend::Postgres => 63,
        _ => return,
    };
    for (length, fits) in [(longest - 2, true), (longest - 1, false)] {
        let mut spec = spec(10);
        spec.table = name(length);
        let table = spec.table.clone();
        let migrator = migrator(spec, move |steps| {
            steps.create_table(
                Table::create()
                    .table(table.clone())
                    .col(integer("id").primary_key())
                    .to_owned(),
            );
        });
        let outcome = migrator.up(&db.conn, &Options::default()).await;
        match outcome {
            Ok(_) => assert!(fits),
            Err(error) => assert!(
                !fits && error.to_string().contains("is longer than"),
                "{error}"
            ),
        }
        if fits {
            migrator
                .down(&db.conn, 1, &Options::default())
                .await
                .unwrap();
        }
    }
    let found = expanded(&db, move |steps| {
        let mut index = Index::create();
        let index = index
            .name("i".repeat(longest - 1))
            .table("asset_tb")
            .col("id");
        steps.create_index(index.to_owned());
    });
    assert!(found.await.unwrap_err().contains("is longer than"));
}

/// Text keys by the original's rule, a name without `_tb`, and a quote in it.
async fn without_suffix(db: Db) {
    const ODD: &str = "ga`me \"log's \\";
    let odd = ShardSpec {
        table: ODD.to_owned(),
        key: "o'k\\".to_owned(),
        count: 3,
        scheme: Scheme::decode("compat:drop_last:30000000001").unwrap(),
    };
    let migrator = migrator(odd.clone(), |steps| {
        let table = Table::create()
            .table(ODD)
            .col(integer("id").primary_key())
            .to_owned();
        steps.create_table(table);
    });
    up(&migrator, &db).await;
    let layouts = cloudapp_migrations::load_layouts(&db.conn).await.unwrap();
    assert_eq!(layouts, [cloudapp_migrations::Layout::new(&odd)]);
    assert_eq!(layouts[0].physical(2), format!("{ODD}_2"));
    assert_eq!(migrator.check(&db.conn).await.unwrap(), []);
    migrator
        .down(&db.conn, 1, &Options::default())
        .await
        .unwrap();
    assert_eq!(
        cloudapp_migrations::load_layouts(&db.conn).await.unwrap(),
        []
    );
}

/// Names that only MySQL's statements hold.
async fn mysql_forms(db: Db) {
    if db.backend != DbBackend::MySql {
        return;
    }
    for (sql, expect) in [
        (
            "CREATE TABLE asset_tb (`key` INT AUTO_INCREMENT PRIMARY KEY, a INT UNIQUE KEY \
             COMMENT 'x', KEY ka (a), UNIQUE ua (a), UNIQUE KEY `u``b` (a), KEY (a), FULLTEXT ft \
             (a), INDEX ix USING BTREE (a), CONSTRAINT CHECK (a > 0))",
            "CREATE TABLE asset_1_tb (`key` INT AUTO_INCREMENT PRIMARY KEY, a INT UNIQUE KEY \
             COMMENT 'x', KEY ka_1 (a), UNIQUE ua_1 (a), UNIQUE KEY `u``b_1` (a), KEY (a), \
             FULLTEXT ft_1 (a), INDEX ix_1 USING BTREE (a), CONSTRAINT CHECK (a > 0))",
        ),
        (
            "ALTER TABLE `asset_tb` RENAME INDEX a TO b, DROP KEY `c`, DROP CHECK d, ADD PRIMARY \
             KEY (id)",
            "ALTER TABLE `asset_1_tb` RENAME INDEX a_1 TO b_1, DROP KEY `c_1`, DROP CHECK d_1, \
             ADD PRIMARY KEY (id)",
        ),
        ("DROP INDEX i ON asset_tb", "DROP INDEX i_1 ON asset_1_tb"),
        (
            "CREATE TRIGGER tr BEFORE INSERT ON asset_tb FOR EACH ROW SET NEW.a = 1",
            "CREATE TRIGGER tr_1 BEFORE INSERT ON asset_1_tb FOR EACH ROW SET NEW.a = 1",
        ),
    ] {
        let found = expanded(&db, move |steps| {
            steps.sql(sql);
        });
        assert_eq!(
            found.await.unwrap().last().map(String::as_str),
            Some(expect)
        );
    }
}
