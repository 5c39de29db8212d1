//! How long values live: TTL, jitter, negative values, stale ones, and trust in the process.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cloudapp_runtime::cache::{CacheKey, CacheRead};

use super::world::{World, prizes, redis};

async fn counted(world: &World, read: CacheRead<'_>) -> u64 {
    let loads = Arc::clone(&world.loads);
    let load = move || async move { Ok(loads.fetch_add(1, Ordering::SeqCst) + 1) };
    *read.get_or_load(load).await.unwrap()
}

#[tokio::test]
async fn a_value_ends_with_its_ttl() {
    for world in World::each().await {
        assert_eq!(world.read(world.ctx(), "a").await.unwrap(), 1);
        world.step(299);
        assert_eq!(world.read(world.ctx(), "a").await.unwrap(), 1);
        world.step(2);
        assert_eq!(
            world.read(world.ctx(), "a").await.unwrap(),
            2,
            "{}",
            world.name
        );
    }
}

#[tokio::test]
async fn values_that_were_loaded_together_do_not_end_together() {
    for world in World::each().await {
        let read = |number: i64| {
            let read = world
                .ctx()
                .cache()
                .read(CacheKey::of("j").and(number), prizes());
            read.ttl(Duration::from_secs(1_000)).jitter_percent(50)
        };
        for number in 0..100 {
            counted(&world, read(number)).await;
        }
        assert_eq!(world.loads(), 100);
        world.step(499);
        for number in 0..100 {
            counted(&world, read(number)).await;
        }
        assert_eq!(
            world.loads(),
            100,
            "{}: none ends before its half",
            world.name
        );
        world.step(251);
        for number in 0..100 {
            counted(&world, read(number)).await;
        }
        // Half of them, give or take seven standard deviations.
        let ended = world.loads() - 100;
        assert!((15..=85).contains(&ended), "{}: {ended}", world.name);
        world.step(1_001);
        for number in 0..100 {
            counted(&world, read(number)).await;
        }
        assert_eq!(world.loads(), 200 + ended, "{}", world.name);
    }
}

#[tokio::test]
async fn that_there_is_nothing_is_remembered_for_a_shorter_time() {
    for world in World::each().await {
        let other = world.instance().await;
        let find = async |ctx: &cloudapp_runtime::app::Context| {
            let loads = Arc::clone(&world.loads);
            let read = ctx.cache().read(CacheKey::of("nothing"), prizes());
            let load = move || async move {
                let count = loads.fetch_add(1, Ordering::SeqCst) + 1;
                Ok((count > 2).then_some(count))
            };
            let found = read.jitter_percent(0).find_or_load(load).await.unwrap();
            found.map(|value| *value)
        };
        assert_eq!(find(world.ctx()).await, None);
        assert_eq!(find(world.ctx()).await, None);
        assert_eq!(world.loads(), 1, "{}", world.name);
        if world.name == "redis" {
            assert_eq!(find(&other).await, None);
            assert_eq!(world.loads(), 1);
        }
        world.step(31);
        assert_eq!(find(world.ctx()).await, None);
        assert_eq!(world.loads(), 2, "{}", world.name);
        // Something is made, and whoever made it says so.
        world.ctx().cache().invalidate(&[prizes()]).await.unwrap();
        assert_eq!(find(world.ctx()).await, Some(3), "{}", world.name);
        world.step(31);
        assert_eq!(find(world.ctx()).await, Some(3), "{}", world.name);
        other.close().await;
    }
}

#[tokio::test]
async fn a_stale_value_is_served_while_it_is_loaded_but_never_an_invalidated_one() {
    for world in World::each().await {
        let cache = world.ctx().cache();
        let read = || {
            let read = cache
                .read(CacheKey::of("stale"), prizes())
                .jitter_percent(0);
            read.ttl(Duration::from_secs(10))
                .stale(Duration::from_secs(60))
        };
        assert_eq!(counted(&world, read()).await, 1);
        world.step(11);
        assert_eq!(counted(&world, read()).await, 1, "{}", world.name);
        let mut refreshed = counted(&world, read()).await;
        for _ in 0..200 {
            if refreshed == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            refreshed = counted(&world, read()).await;
        }
        assert_eq!((refreshed, world.loads()), (2, 2), "{}", world.name);
        assert!(cache.counts("prize").stale_hits >= 1);

        world.step(11);
        cache.invalidate(&[prizes()]).await.unwrap();
        assert_eq!(counted(&world, read()).await, 3, "{}", world.name);
        world.step(71);
        assert_eq!(
            counted(&world, read()).await,
            4,
            "{}: past that too",
            world.name
        );
    }
}

#[tokio::test]
async fn a_process_goes_by_what_it_holds_for_as_long_as_it_may() {
    let world = World::with("redis", &redis(), |cache| cache.max_staleness_ms = 500).await;
    let (here, there) = (world.ctx(), world.instance().await);
    assert_eq!(world.read(here, "a").await.unwrap(), 1);
    assert_eq!(world.read(&there, "a").await.unwrap(), 1);
    there.cache().invalidate(&[prizes()]).await.unwrap();
    // Whoever invalidates sees it at once; the other one may be late, but no longer than that.
    assert_eq!(world.read(&there, "a").await.unwrap(), 2);
    let late = world.read(here, "a").await.unwrap();
    assert!(late <= 2);
    tokio::time::sleep(Duration::from_millis(501)).await;
    assert_eq!(world.read(here, "a").await.unwrap(), 2);
    there.close().await;
}
