//! The fast path: what Redis does not take, and what it gave to somebody who is gone.

use std::sync::Arc;

use cloudapp_runtime::clock::SystemClock;
use cloudapp_runtime::config::Secret;
use cloudapp_runtime::testing::Scratch;
use redis::cmd;

use super::world::{World, cells, event, fast};
use crate::support::server::DatabaseServer;

async fn world(adjust: impl FnOnce(&mut cloudapp_runtime::config::Config)) -> World {
    World::start("sqlite:", Arc::new(SystemClock), |config| {
        fast(config);
        adjust(config);
    })
    .await
}

async fn visits(world: &World) -> i64 {
    let cells = cells(&world.ctx).await;
    cells.values().map(|(_, count)| count).sum()
}

#[tokio::test]
async fn a_full_stream_takes_no_more_and_nothing_is_lost() {
    let world = world(|config| config.stat.stream_max = 3).await;
    let stats = world.ctx.stats();
    for _ in 0..10 {
        stats.report(vec![event("VisitCount", 1)]).await.unwrap();
    }
    assert_eq!(stats.waiting().await.unwrap(), 7);
    assert_eq!(stats.count_waiting().await.unwrap(), 10);
    assert_eq!(visits(&world).await, 10);
}

#[tokio::test]
async fn what_a_dead_consumer_read_is_claimed_and_its_name_removed() {
    let world = world(|_| {}).await;
    let stats = world.ctx.stats();
    let event = || event("VisitCount", 1);
    stats.report(vec![event()]).await.unwrap();
    stats.count_waiting().await.unwrap();
    for _ in 0..5 {
        stats.report(vec![event(), event()]).await.unwrap();
    }
    let mut redis = world.ctx.redis().unwrap().connection();
    let pattern = format!("{}:stat:*", world.name);
    let keys: Vec<String> = cmd("KEYS")
        .arg(pattern)
        .query_async(&mut redis)
        .await
        .unwrap();
    assert_eq!(keys.len(), 1);
    let _: redis::Value = cmd("XREADGROUP")
        .arg(&[
            "GROUP", "pump", "dead", "COUNT", "3", "STREAMS", &keys[0], ">",
        ])
        .query_async(&mut redis)
        .await
        .unwrap();
    assert_eq!(stats.count_waiting().await.unwrap(), 10);
    assert_eq!(visits(&world).await, 11);
    let left: u64 = cmd("XLEN")
        .arg(&keys[0])
        .query_async(&mut redis)
        .await
        .unwrap();
    assert_eq!(left, 0);
    // Each run is a consumer of its own; the next one removes the names of those before.
    stats.report(vec![event()]).await.unwrap();
    stats.count_waiting().await.unwrap();
    let consumers: Vec<redis::Value> = cmd("XINFO")
        .arg(&["CONSUMERS", &keys[0], "pump"])
        .query_async(&mut redis)
        .await
        .unwrap();
    assert_eq!(consumers.len(), 1, "{consumers:?}");
}

#[tokio::test]
async fn without_redis_reports_go_through_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let redis = DatabaseServer::start("redis", folder.path());
    let url = redis.url();
    let world = world(move |config| config.redis.url = Secret::new(url)).await;
    let stats = world.ctx.stats();
    stats.report(vec![event("VisitCount", 1)]).await.unwrap();
    assert_eq!(stats.waiting().await.unwrap(), 0);
    assert_eq!(stats.count_waiting().await.unwrap(), 1);
    redis.kill();
    for _ in 0..3 {
        stats.report(vec![event("VisitCount", 1)]).await.unwrap();
    }
    assert_eq!(stats.waiting().await.unwrap(), 3);
    stats.count_waiting().await.unwrap();
    assert_eq!(visits(&world).await, 4);
    redis.start_again();
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    stats.report(vec![event("VisitCount", 1)]).await.unwrap();
    stats.count_waiting().await.unwrap();
    assert_eq!(visits(&world).await, 5);
}

#[tokio::test]
async fn the_fast_path_needs_redis() {
    let scratch = Scratch::create("sqlite:").await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("config")).unwrap();
    let text = format!(
        "[database]\nurl = \"{}\"\n[stat]\npath = \"fast\"\n",
        scratch.url()
    );
    std::fs::write(folder.path().join("config/default.toml"), text).unwrap();
    let sources = cloudapp_runtime::config::Sources {
        directory: folder.path().join("config"),
        environment: cloudapp_runtime::config::Environment::Development,
        variables: vec![(
            "CLOUDAPP__AUTH__TOKEN_KEY".to_owned(),
            super::world::KEY.to_owned(),
        )],
    };
    let error = cloudapp_runtime::config::Config::read(&sources).unwrap_err();
    assert!(error.to_string().contains("stat.path"), "{error}");
}
