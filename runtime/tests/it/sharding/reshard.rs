//! Moving rows while another process writes and the mover is killed.
//!
//! `CLOUDAPP_RESHARD_ROWS`, `CLOUDAPP_RESHARD_KILLS`, `CLOUDAPP_RESHARD_WRITES` (per second) and
//! `CLOUDAPP_RESHARD_STEPS` set the size; the defaults are for CI. The test program starts itself
//! again for the mover and for the writer, so that a SIGKILL is a real one.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use cloudapp_runtime::db;
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::migrate::shard::{CompatRule, Scheme};
use cloudapp_runtime::random;
use cloudapp_runtime::shard::reshard::{ReshardError, Summary, abort, overview, reshard};
use cloudapp_runtime::shard::{ShardConn, Shards};
use sea_orm::{ColumnTrait as _, EntityTrait as _, Order, QueryFilter as _};
use tokio::time::sleep;

use super::entity::asset;
use super::world::{World, asset, key, spec};
use super::writer::write_until_told;
use crate::support::database::{Database, options};

const ROLE: &str = "IT_RESHARD_ROLE";
const URL: &str = "IT_RESHARD_URL";
const TO: &str = "IT_RESHARD_TO";

pub(crate) fn size(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| text.parse().unwrap())
}

fn number_of(variable: &str) -> i64 {
    env::var(variable).unwrap().parse().unwrap()
}

pub(crate) fn rows() -> i64 {
    size("CLOUDAPP_RESHARD_ROWS", 3_000).try_into().unwrap()
}

/// Plays the other process, when it is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_process() {
    let Ok(role) = env::var(ROLE) else { return };
    let mut pool = options(&env::var(URL).unwrap());
    // On SQLite more of them would only starve each other.
    pool.max_connections = if pool.url.expose().starts_with("sqlite") {
        2
    } else {
        12
    };
    let conn = db::connect(&pool).await.unwrap();
    match role.as_str() {
        "writer" => write_until_told(Arc::new(Shards::new(conn)), number_of(TO)).await,
        _ => {
            let to = number_of(TO).try_into().unwrap();
            let options = Options::default().lock_timeout(Duration::from_secs(20));
            let plan = cloudapp_runtime::shard::reshard::Plan {
                conn: &conn,
                options: &options,
                patience: Duration::from_millis(500),
                progress: &|_| {},
            };
            match reshard(&plan, "user_asset_tb", to).await {
                Ok(summary) => println!("\nDONE {}", serde_json::to_string(&summary).unwrap()),
                Err(error) => println!("\nFAILED {error}"),
            }
        }
    }
}

fn start(role: &str, url: &str, to: u16) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([
            "sharding::reshard::the_other_process",
            "--exact",
            "--nocapture",
        ])
        .env(ROLE, role)
        .env(URL, url)
        .env(TO, to.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Starts movers and kills them, `kills` times; the last one ends by itself.
async fn move_and_kill(url: &str, to: u16, kills: u64) -> Summary {
    let mut left = kills;
    let full_size = env::var_os("CLOUDAPP_RESHARD_KILLS").is_some();
    loop {
        let mut mover = start("mover", url, to);
        if left > 0 {
            let most = if full_size { 9_000 } else { 5_000 };
            sleep(Duration::from_millis(2_500 + random::below(most).unwrap())).await;
            if mover.try_wait().unwrap().is_none() {
                mover.kill().unwrap();
                mover.wait().unwrap();
                left -= 1;
                continue;
            }
        }
        let said = tokio::task::spawn_blocking(move || lines(mover))
            .await
            .unwrap();
        let done = said.iter().find_map(|line| line.strip_prefix("DONE "));
        if let Some(summary) = done {
            let summary: serde_json::Value = serde_json::from_str(summary).unwrap();
            let figure = |name: &str| summary[name].as_u64().unwrap();
            assert_eq!(figure("processed"), figure("matching"), "{summary}");
            return Summary {
                processed: figure("processed"),
                longest_lock_ms: figure("longest_lock_ms"),
                ..Summary::default()
            };
        }
        // SQLite keeps the lock of the dead for a while.
        let failed: Vec<_> = said
            .iter()
            .filter(|line| line.starts_with("FAILED"))
            .collect();
        let is_busy = failed.iter().any(|line| line.contains("another process"));
        assert!(is_busy, "{said:#?}");
        sleep(Duration::from_millis(500)).await;
    }
}

fn lines(mut child: Child) -> Vec<String> {
    drop(child.stdin.take());
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let lines = stdout.lines().map(Result::unwrap).collect();
    child.wait().unwrap();
    lines
}

/// Moves under fire, then compares every row with what was written.
async fn under_fire(world: &World, url: &str, to: u16) {
    let kills = size("CLOUDAPP_RESHARD_KILLS", 2);
    let before: BTreeMap<i64, i64> = contents(world).await;
    let writer = start("writer", url, to);
    let summary = move_and_kill(url, to, kills).await;
    sleep(Duration::from_millis(500)).await;
    let said = tokio::task::spawn_blocking(move || lines(writer))
        .await
        .unwrap();
    let mut expected = before;
    for line in said.iter().filter_map(|line| line.strip_prefix("VALUE ")) {
        let (user, value) = line.split_once(' ').unwrap();
        *expected.entry(user.parse().unwrap()).or_default() += value.parse::<i64>().unwrap();
    }
    let reasons: Vec<_> = said
        .iter()
        .filter(|line| line.starts_with("REASON"))
        .collect();
    assert!(reasons.is_empty(), "{reasons:#?}");
    let written = said.iter().find_map(|line| line.strip_prefix("WRITTEN "));
    let written: Vec<u64> = written
        .unwrap_or_else(|| panic!("{said:#?}"))
        .split(' ')
        .map(|figure| figure.parse().unwrap())
        .collect();
    assert!(written[0] > 0, "nothing was written meanwhile");

    let found = contents(world).await;
    let matching = expected
        .iter()
        .filter(|(user, value)| found.get(user) == Some(value));
    let matching = matching.count();
    let missing = expected
        .keys()
        .filter(|user| !found.contains_key(user))
        .count();
    let extra = found
        .keys()
        .filter(|user| !expected.contains_key(user))
        .count();
    eprintln!(
        "to {to}: processed {} matching {matching} mismatched {} extra {extra} missing {missing}; \
         writes {}, failed {}, longest {} ms; killed {kills} times; \
         last run moved {} rows, longest lock {} ms",
        expected.len(),
        expected.len() - matching - missing,
        written[0],
        written[1],
        written[2],
        summary.processed,
        summary.longest_lock_ms
    );
    assert_eq!((matching, extra, missing), (expected.len(), 0, 0));
    let tables = overview(&world.database.conn).await.unwrap();
    let table = tables
        .iter()
        .find(|one| one.table == "user_asset_tb")
        .unwrap();
    assert_eq!(
        (table.shards.len(), table.state),
        (usize::from(to), "stable")
    );
    let findings = world.migrator.check(&world.database.conn).await.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
}

/// Every row of every physical table; none may be there twice.
async fn contents(world: &World) -> BTreeMap<i64, i64> {
    let scatter =
        cloudapp_runtime::shard::Scatter::new(Arc::new(Shards::new(world.database.conn.clone())));
    let mut all = BTreeMap::new();
    let mut after = i64::MAX;
    loop {
        let next = asset::Entity::find().filter(asset::Column::Id.lt(after));
        let order = [(asset::Column::Id, Order::Desc)];
        let rows = scatter.top(next, &order, 0, 10_000).await.unwrap();
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows {
            assert_eq!(
                all.insert(row.user_id, row.value),
                None,
                "{} twice",
                row.user_id
            );
        }
    }
    all
}

/// Rows in bulk, as many as the size says.
async fn fill(world: &World) {
    let mut by_table: BTreeMap<String, Vec<asset::ActiveModel>> = BTreeMap::new();
    let mut of_table: BTreeMap<String, i64> = BTreeMap::new();
    for user in 1..=rows() {
        let conn = world.of(user);
        let table = conn.physical_table("user_asset_tb").await.unwrap();
        of_table.entry(table.clone()).or_insert(user);
        let batch = by_table.entry(table.clone()).or_default();
        batch.push(asset(user, user));
        if batch.len() == 1_000 {
            let batch = std::mem::take(batch);
            asset::Entity::insert_many(batch).exec(&conn).await.unwrap();
        }
    }
    for (table, batch) in by_table {
        if !batch.is_empty() {
            let conn = world.of(of_table[&table]);
            asset::Entity::insert_many(batch).exec(&conn).await.unwrap();
        }
    }
}

/// To more tables and to fewer, from the first number of `CLOUDAPP_RESHARD_STEPS` over the others.
async fn there_and_back(database: Database) {
    let url = database.options.url.expose().to_owned();
    let steps = env::var("CLOUDAPP_RESHARD_STEPS").unwrap_or_else(|_| "4,7,2".to_owned());
    let mut steps = steps.split(',').map(|step| step.parse().unwrap());
    let world = World::new(database, steps.next().unwrap()).await;
    fill(&world).await;
    for to in steps {
        under_fire(&world, &url, to).await;
    }
    world.drop().await;
}

#[tokio::test]
async fn sqlite_under_fire() {
    there_and_back(Database::sqlite().await).await;
}

#[tokio::test]
async fn mysql_under_fire() {
    there_and_back(Database::mysql().await).await;
}

#[tokio::test]
async fn postgres_under_fire() {
    there_and_back(Database::postgres().await).await;
}

#[tokio::test]
async fn a_compat_table_comes_to_slots() {
    for database in Database::each().await {
        let rule = Scheme::Compat(CompatRule {
            drop_last: true,
            calculate_value: None,
        });
        let specs = vec![
            spec("user_asset_tb", "user_id", 3, rule),
            spec("asset_log_tb", "user_id", 1, Scheme::Slot),
        ];
        let url = database.options.url.expose().to_owned();
        let world = World::with(database, specs).await;
        world.fill(1..=200).await;
        under_fire_once(&world, &url).await;
        world.drop().await;
    }
}

async fn under_fire_once(world: &World, url: &str) {
    let before = contents(world).await;
    move_and_kill(url, 5, 0).await;
    assert_eq!(contents(world).await, before);
    let fresh = Arc::new(Shards::new(world.database.conn.clone()));
    for user in [1, 77, 200] {
        let conn = ShardConn::new(Arc::clone(&fresh), key(user));
        let row = asset::Entity::find_by_id(user).one(&conn).await.unwrap();
        assert_eq!(row.unwrap().user_id, user);
    }
}

#[tokio::test]
async fn an_abort_brings_everything_back() {
    let world = World::new(Database::sqlite().await, 2).await;
    world.fill(1..=100).await;
    let url = world.database.options.url.expose().to_owned();
    let before = contents(&world).await;
    let options = Options::default();
    let plan = world.plan(&options, &|_| {});
    let nothing = abort(&plan, "user_asset_tb").await.unwrap_err();
    assert!(
        matches!(nothing, ReshardError::NothingToAbort { .. }),
        "{nothing}"
    );
    // Killed in the middle of its work.
    let mut mover = start("mover", &url, 6);
    let moved = async {
        loop {
            sleep(Duration::from_millis(20)).await;
            let tables = overview(&world.database.conn).await.unwrap();
            let table = tables
                .iter()
                .find(|one| one.table == "user_asset_tb")
                .unwrap();
            let arrived = table.shards.iter().skip(2).any(|shard| shard.rows > 0);
            if arrived {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), moved)
        .await
        .unwrap();
    mover.kill().unwrap();
    mover.wait().unwrap();
    let other = loop {
        match reshard(&plan, "user_asset_tb", 3).await {
            Err(ReshardError::Busy { .. }) => sleep(Duration::from_millis(300)).await,
            other => break other,
        }
    };
    assert!(
        matches!(other, Err(ReshardError::OtherTarget { target: 6, .. })),
        "{other:?}"
    );
    let summary = abort(&plan, "user_asset_tb").await.unwrap();
    assert_eq!(summary.count, 2);
    assert_eq!(contents(&world).await, before);
    world.drop().await;
}

#[tokio::test]
async fn two_movers_at_once_and_what_cannot_be_moved() {
    for world in World::each(2).await {
        let options = Options::default();
        let plan = world.plan(&options, &|_| {});
        let unknown = reshard(&plan, "note_tb", 3).await.unwrap_err().to_string();
        assert!(
            unknown.contains("note_tb") && unknown.contains("asset_log_tb"),
            "{unknown}"
        );
        for to in [0, 129] {
            let error = reshard(&plan, "user_asset_tb", to).await.unwrap_err();
            assert!(matches!(error, ReshardError::Count { .. }), "{error}");
        }
        let (first, second) = tokio::join!(reshard(&plan, "user_asset_tb", 3), async {
            sleep(Duration::from_millis(500)).await;
            reshard(&plan, "asset_log_tb", 3).await
        });
        first.unwrap();
        let second = second.unwrap_err();
        assert!(matches!(second, ReshardError::Busy { .. }), "{second}");
        // Nothing left to do.
        let summary = reshard(&plan, "user_asset_tb", 3).await.unwrap();
        assert_eq!((summary.slots, summary.processed), (0, 0));
        world.drop().await;
    }
}
