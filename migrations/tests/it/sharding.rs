//! Migrations of sharded tables: every physical table alike, whatever their number.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{
    FindingKind, Layout, MigrateError, Migrator, Options, Status, create_like, load_layouts,
};

use crate::sharded::{self, COUNT, STAGES, migrator, spec};
use crate::support::{Db, down, on_each_database, statuses, up};

on_each_database!(
    each_count,
    later_column_reaches_all,
    more_tables_later,
    the_row_rules,
    refuses_while_moving,
    strays_are_told,
    nothing_left_by_fresh,
    created_whole_before,
    code_gone,
    raw_create,
    interrupted_create_like,
);

/// The physical tables that are there, of numbers below 100.
async fn tables(db: &Db) -> Vec<u16> {
    let mut found = Vec::new();
    for number in 0..40 {
        let select = format!("SELECT COUNT(*) FROM asset_{number}_tb");
        if db.conn.execute_unprepared(&select).await.is_ok() {
            found.push(number);
        }
    }
    found
}

async fn layout(db: &Db) -> Layout {
    load_layouts(&db.conn).await.unwrap().remove(0)
}

/// What the mover does in the end: further tables, and a row that gives them slots.
async fn reshard(db: &Db, count: u16) -> Vec<String> {
    let before = layout(db).await;
    let slots = before.slots.resized(count);
    let ran = create_like(&db.conn, db.backend, &before, &slots.numbers()).await;
    for number in before.numbers().iter().filter(|number| **number >= count) {
        db.run(&format!("DROP TABLE {}", before.physical(*number)))
            .await;
    }
    db.run(&format!(
        "UPDATE cloudapp_shard_tb SET count = {count}, version = version + 1, slots = '{}'",
        slots.encode()
    ))
    .await;
    ran.unwrap()
}

async fn each_count(db: Db) {
    let empty = db.dump().await;
    for count in [1, 4, 7] {
        let migrator = migrator(STAGES, count);
        up(&migrator, &db).await;
        assert_eq!(tables(&db).await, (0..count).collect::<Vec<_>>());
        assert_eq!(migrator.check(&db.conn).await.unwrap(), []);
        assert_eq!(layout(&db).await, Layout::new(&spec(count)));
        let full = db.dump().await;
        for n in 1..=STAGES {
            down(&migrator, &db, n).await;
            up(&migrator, &db).await;
            assert_eq!(db.dump().await, full, "{n} of {count}");
        }
        let left = down(&migrator, &db, STAGES).await;
        assert_eq!(left.changes.len(), STAGES);
        assert_eq!(tables(&db).await, Vec::<u16>::new());
        assert_eq!(load_layouts(&db.conn).await.unwrap(), []);
        down(&migrator, &db, 1).await;
        assert_eq!(db.dump().await, empty);
    }
}

async fn later_column_reaches_all(db: Db) {
    up(&migrator(1, 7), &db).await;
    up(&migrator(2, 7), &db).await;
    for number in 0..7 {
        let insert =
            format!("INSERT INTO asset_{number}_tb (id, user_id, note) VALUES (1, 2, 'n')");
        db.run(&insert).await;
    }
}

/// After a reshard nothing is modified, all is checked, and `down` finds every table.
async fn more_tables_later(db: Db) {
    let all = migrator(STAGES, COUNT);
    up(&all, &db).await;
    let ran = reshard(&db, 7).await;
    assert!(!ran.is_empty());
    assert_eq!(reshard(&db, 7).await, Vec::<String>::new());
    let seven = db.dump().await;
    assert_eq!(tables(&db).await, (0..7).collect::<Vec<_>>());
    // Whatever the configuration says, the row of the database rules.
    for count in [COUNT, 7] {
        let migrator = migrator(STAGES, count);
        let status = statuses(&migrator, &db).await;
        assert!(
            status.iter().all(|(_, status)| *status == Status::Applied),
            "{status:?}"
        );
        assert_eq!(migrator.check(&db.conn).await.unwrap(), []);
        assert!(migrator.repair(&db.conn).await.unwrap().edited.is_empty());
        assert!(up(&migrator, &db).await.is_empty());
    }
    // As if there had been seven from the beginning.
    let other = Db::new(db.backend).await;
    up(&migrator(STAGES, 7), &other).await;
    let schema = |dump: &str| -> Vec<String> {
        let lines = dump.lines().filter(|line| !line.contains(" done "));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(schema(&seven), schema(&other.dump().await));

    db.run("DROP TABLE asset_6_tb").await;
    let found = all.check(&db.conn).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, FindingKind::MissingTable);
    assert!(found[0].message.contains("`asset_6_tb`"), "{found:?}");
    create_like(&db.conn, db.backend, &layout(&db).await, &[6])
        .await
        .unwrap();
    assert_eq!(db.dump().await, seven);

    down(&all, &db, STAGES).await;
    assert_eq!(tables(&db).await, Vec::<u16>::new());
    up(&migrator(STAGES, COUNT), &db).await;
    assert_eq!(tables(&db).await.len(), usize::from(COUNT));
    reshard(&db, 2).await;
    assert_eq!(all.check(&db.conn).await.unwrap(), []);
    down(&all, &db, STAGES).await;
    assert_eq!(tables(&db).await, Vec::<u16>::new());
}

/// A migration that comes after a reshard is run on all tables; the spec counts for nothing.
async fn the_row_rules(db: Db) {
    up(&migrator(1, COUNT), &db).await;
    reshard(&db, 6).await;
    up(&migrator(STAGES, COUNT), &db).await;
    assert_eq!(migrator(STAGES, 3).check(&db.conn).await.unwrap(), []);
    assert_eq!(
        db.number("SELECT COUNT(*) FROM asset_5_tb WHERE note IS NULL")
            .await,
        0
    );
    down(&migrator(STAGES, COUNT), &db, 1).await;
    let more = reshard(&db, 9).await;
    assert!(more.iter().any(|sql| sql.contains("note")), "{more:?}");
    up(&migrator(STAGES, COUNT), &db).await;
    assert_eq!(tables(&db).await, (0..9).collect::<Vec<_>>());
}

async fn refuses_while_moving(db: Db) {
    up(&migrator(1, COUNT), &db).await;
    db.run("UPDATE cloudapp_shard_tb SET state = 'moving', target = slots")
        .await;
    let told = |error: MigrateError| {
        let text = error.to_string();
        assert!(
            text.contains("a reshard of `asset_tb` is under way"),
            "{text}"
        );
    };
    let options = Options::default();
    // With nothing to do it only reads: an app may start meanwhile.
    assert!(up(&migrator(1, COUNT), &db).await.is_empty());
    told(migrator(2, COUNT).up(&db.conn, &options).await.unwrap_err());
    told(
        migrator(1, COUNT)
            .down(&db.conn, 1, &options)
            .await
            .unwrap_err(),
    );
    db.run("UPDATE cloudapp_shard_tb SET state = 'stable', target = NULL")
        .await;
    up(&migrator(2, COUNT), &db).await;
}

async fn strays_are_told(db: Db) {
    let migrator = migrator(STAGES, COUNT);
    up(&migrator, &db).await;
    db.run("CREATE TABLE asset_9_tb (id INT)").await;
    db.run("CREATE TABLE asset_x_tb (id INT)").await;
    let found = migrator.check(&db.conn).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, FindingKind::UnknownShard);
    assert!(found[0].message.contains("`asset_9_tb`"), "{found:?}");
    let error = create_like(&db.conn, db.backend, &layout(&db).await, &[9]).await;
    assert!(error.unwrap_err().to_string().contains("lacks column"));
}

async fn nothing_left_by_fresh(db: Db) {
    let all = migrator(STAGES, COUNT);
    up(&all, &db).await;
    let full = db.dump().await;
    reshard(&db, 7).await;
    db.run("UPDATE cloudapp_shard_tb SET state = 'moving', target = slots")
        .await;
    all.fresh(&db.conn, &Options::default()).await.unwrap();
    assert_eq!(db.dump().await, full);
    assert_eq!(layout(&db).await, Layout::new(&spec(COUNT)));
}

async fn created_whole_before(db: Db) {
    let whole = Migrator::new(sharded::streams(1)).unwrap();
    up(&whole, &db).await;
    assert!(up(&migrator(1, COUNT), &db).await.is_empty());
    let error = migrator(2, COUNT)
        .up(&db.conn, &Options::default())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("before it was declared sharded"),
        "{error}"
    );
    down(&whole, &db, 1).await;
    up(&migrator(1, COUNT), &db).await;
}

/// The history alone takes back what was resharded since.
async fn code_gone(db: Db) {
    up(&migrator(STAGES, COUNT), &db).await;
    reshard(&db, 7).await;
    let without = Migrator::new(vec![cloudapp_migrations::shard_layout()]).unwrap();
    assert_eq!(without.check(&db.conn).await.unwrap().len(), STAGES);
    down(&without, &db, STAGES).await;
    assert_eq!(tables(&db).await, Vec::<u16>::new());
    assert_eq!(load_layouts(&db.conn).await.unwrap(), []);
}

async fn raw_create(db: Db) {
    let raw = Migration::new("app_raw", |steps| {
        let create = "CREATE TABLE IF NOT EXISTS asset_tb (id INT PRIMARY KEY, user_id INT)";
        steps.sql(create).undo(|undo| {
            undo.sql("DROP TABLE IF EXISTS asset_tb");
        });
        steps.sql("INSERT INTO asset_tb (id, user_id) SELECT 1, 2");
    })
    .down(|steps| {
        steps.drop_table(Table::drop().table("asset_tb").to_owned());
    });
    let raw = || Stream::new("app", vec![raw.clone()]);
    let streams = vec![cloudapp_migrations::shard_layout(), raw()];
    let migrator = Migrator::new(streams).unwrap().sharded(vec![spec(3)]);
    up(&migrator, &db).await;
    assert_eq!(db.number("SELECT COUNT(*) FROM asset_2_tb").await, 1);
    assert_eq!(migrator.check(&db.conn).await.unwrap(), []);
    reshard(&db, 5).await;
    down(&migrator, &db, 1).await;
    assert_eq!(tables(&db).await, Vec::<u16>::new());
    assert_eq!(load_layouts(&db.conn).await.unwrap(), []);
}

/// What a killed one left on MySQL is in nobody's way.
async fn interrupted_create_like(db: Db) {
    up(&migrator(STAGES, COUNT), &db).await;
    if db.backend == DbBackend::MySql {
        db.run("CREATE TABLE cloudapp_shard_new_tb (id INT)").await;
    }
    reshard(&db, 6).await;
    assert_eq!(migrator(STAGES, COUNT).check(&db.conn).await.unwrap(), []);
    assert!(!db.dump().await.contains("cloudapp_shard_new_tb"));
}
