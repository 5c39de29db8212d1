//! What holds on both backends.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cloudapp_runtime::cache::{CacheGroup, CacheKey};
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::types::{Decimal, Id};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::world::{World, prizes, redis};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_readers_of_a_cold_key_are_one_load() {
    for world in World::each().await {
        let readers = (0..1_000).map(|_| {
            let (ctx, loads) = (world.ctx().clone(), Arc::clone(&world.loads));
            tokio::spawn(async move {
                let read = ctx.cache().read(CacheKey::of("cold"), prizes());
                let load = move || async move {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Ok(loads.fetch_add(1, Ordering::SeqCst) + 1)
                };
                read.get_or_load(load).await.map(|value| *value)
            })
        });
        for answer in join_all(readers).await {
            assert_eq!(answer.unwrap().unwrap(), 1, "{}", world.name);
        }
        assert_eq!(world.loads(), 1, "{}", world.name);
        let counts = world.ctx().cache().counts("prize");
        assert_eq!(counts.loads, 1, "{}", world.name);
        let all = counts.shared_loads + counts.local_hits + counts.redis_hits + 1;
        assert_eq!(all, 1_000, "{}: {counts:?}", world.name);
        assert!(counts.shared_loads > 0, "{}: {counts:?}", world.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_load_a_cold_key_once() {
    let world = World::start("redis", &redis()).await;
    let instances = [world.ctx().clone(), world.instance().await];
    for ctx in &instances {
        world.read(ctx, "something else").await.unwrap();
    }
    world.loads.store(0, Ordering::SeqCst);
    let readers = (0..200).map(|number| {
        let (ctx, loads) = (instances[number % 2].clone(), Arc::clone(&world.loads));
        tokio::spawn(async move {
            let read = ctx.cache().read(CacheKey::of("cold"), prizes());
            let load = move || async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(loads.fetch_add(1, Ordering::SeqCst) + 1)
            };
            read.get_or_load(load).await.map(|value| *value)
        })
    });
    for answer in join_all(readers).await {
        assert_eq!(answer.unwrap().unwrap(), 1);
    }
    assert_eq!(world.loads(), 1);
    instances[1].close().await;
}

#[tokio::test]
async fn what_is_cached_is_not_loaded_again_until_it_is_invalidated() {
    for world in World::each().await {
        let ctx = world.ctx();
        assert_eq!(world.read(ctx, "a").await.unwrap(), 1);
        assert_eq!(world.read(ctx, "a").await.unwrap(), 1);
        assert_eq!(world.read(ctx, "b").await.unwrap(), 2);
        ctx.cache()
            .invalidate(&[CacheGroup::of("other")])
            .await
            .unwrap();
        assert_eq!(world.read(ctx, "a").await.unwrap(), 1, "{}", world.name);
        ctx.cache().invalidate(&[prizes()]).await.unwrap();
        assert_eq!(world.read(ctx, "a").await.unwrap(), 3, "{}", world.name);
        assert_eq!(world.read(ctx, "b").await.unwrap(), 4, "{}", world.name);
    }
}

#[tokio::test]
async fn a_group_is_invalidated_by_its_name_and_by_itself_but_not_by_its_sisters() {
    for world in World::each().await {
        let cache = world.ctx().cache();
        let of = |act: i64| CacheGroup::of("prize").and(act);
        let read = async || {
            let loads = Arc::clone(&world.loads);
            let read = cache
                .read(CacheKey::of("value"), of(1))
                .also(CacheGroup::of("tenant"));
            let load = move || async move { Ok(loads.fetch_add(1, Ordering::SeqCst) + 1) };
            *read.get_or_load(load).await.unwrap()
        };
        let mut expected = 1;
        assert_eq!(read().await, 1);
        for (group, is_hit) in [
            (of(2), true),
            (CacheGroup::of("prize").and("1"), true),
            (CacheGroup::of("prizes"), true),
            (of(1).and(1_i64), true),
            (of(1), false),
            (CacheGroup::of("prize"), false),
            (CacheGroup::of("tenant"), false),
        ] {
            cache
                .invalidate(std::slice::from_ref(&group))
                .await
                .unwrap();
            expected += u64::from(!is_hit);
            assert_eq!(read().await, expected, "{}: {group:?}", world.name);
        }
    }
}

#[tokio::test]
async fn what_was_loaded_before_and_stored_after_an_invalidation_is_not_served() {
    for world in World::each().await {
        let cache = world.ctx().cache().clone();
        let (loading, began) = oneshot::channel();
        let (release, released) = oneshot::channel::<()>();
        let early = tokio::spawn(async move {
            let load = move || async move {
                // The data as it was before the change.
                loading.send(()).unwrap();
                released.await.unwrap();
                Ok("old".to_owned())
            };
            cache
                .read(CacheKey::of("k"), prizes())
                .get_or_load(load)
                .await
        });
        began.await.unwrap();
        let cache = world.ctx().cache();
        cache.invalidate(&[prizes()]).await.unwrap();
        // While the old load is in the air: nobody who comes now waits for it.
        let new = || async { Ok("new".to_owned()) };
        let read = || cache.read(CacheKey::of("k"), prizes());
        let late = tokio::time::timeout(Duration::from_secs(5), read().get_or_load(new)).await;
        assert_eq!(*late.unwrap().unwrap(), "new", "{}", world.name);
        release.send(()).unwrap();
        assert_eq!(*early.await.unwrap().unwrap(), "old");
        // It has landed; in the process and, in a moment, in Redis.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let again = || async { Ok("newer".to_owned()) };
        assert_ne!(
            *read().get_or_load(again).await.unwrap(),
            "old",
            "{}",
            world.name
        );
        let other = world.instance().await;
        let read = other.cache().read(CacheKey::of("k"), prizes());
        assert_ne!(
            *read.get_or_load(again).await.unwrap(),
            "old",
            "{}",
            world.name
        );
        other.close().await;
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Typed {
    id: Id,
    worth: Decimal,
    at: chrono::DateTime<chrono::Utc>,
    count: i64,
    text: Option<String>,
}

#[tokio::test]
async fn values_keep_their_types() {
    for world in World::each().await {
        let value = Typed {
            id: Id::new(i64::MAX),
            worth: "79228162514264337593543950335".parse().unwrap(),
            at: chrono::Utc::now(),
            count: i64::MIN,
            text: Some("1".to_owned()),
        };
        // The other instance has it from Redis, where there is one.
        let other = world.instance().await;
        for ctx in [world.ctx(), &other, world.ctx()] {
            let copy = value.clone();
            let read = ctx.cache().read(CacheKey::of("typed"), prizes());
            let found = read.get_or_load(|| async { Ok(copy) }).await.unwrap();
            assert_eq!(*found, value, "{}", world.name);
            let small: Decimal = "0.10".parse().unwrap();
            let read = ctx.cache().read(CacheKey::of("worth"), prizes());
            let found = read.get_or_load(move || async move { Ok(small) }).await;
            assert_eq!(*found.unwrap(), small);
        }
        let expected = u64::from(world.name == "redis") * 2;
        assert_eq!(other.cache().counts("prize").redis_hits, expected);
        other.close().await;
    }
}

#[tokio::test]
async fn the_same_key_of_another_type_is_another_value() {
    for world in World::each().await {
        let cache = world.ctx().cache();
        let read = || cache.read(CacheKey::of("k"), prizes());
        let number = read().get_or_load(|| async { Ok(1_u64) }).await.unwrap();
        let text = read()
            .get_or_load(|| async { Ok("x".to_owned()) })
            .await
            .unwrap();
        let maybe = read()
            .find_or_load(|| async { Ok(None::<u64>) })
            .await
            .unwrap();
        assert_eq!((*number, text.as_str(), maybe), (1, "x", None));
    }
}

#[tokio::test]
async fn a_failed_load_is_told_to_all_who_wait_and_not_kept() {
    for world in World::each().await {
        let cache = world.ctx().cache();
        let fail = || async {
            let loads = Arc::clone(&world.loads);
            let read = cache.read(CacheKey::of("bad"), prizes());
            let load = move || async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                loads.fetch_add(1, Ordering::SeqCst);
                AppResult::<u64>::Err(AppError::conflict("not now"))
            };
            read.get_or_load(load).await
        };
        for answer in join_all((0..20).map(|_| fail())).await {
            let error = answer.unwrap_err();
            assert_eq!(error.to_string(), "conflict: not now", "{}", world.name);
        }
        assert_eq!(world.loads(), 1, "{}", world.name);
        assert_eq!(world.read(world.ctx(), "bad").await.unwrap(), 2);
    }
}

#[tokio::test]
async fn a_load_goes_on_when_its_reader_is_gone_and_one_that_panics_is_an_error() {
    for world in World::each().await {
        let cache = world.ctx().cache();
        let loads = Arc::clone(&world.loads);
        let read = cache.read(CacheKey::of("slow"), prizes());
        let slow = read.get_or_load(move || async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok(loads.fetch_add(1, Ordering::SeqCst) + 1)
        });
        let gone = tokio::time::timeout(Duration::from_millis(50), slow).await;
        assert!(gone.is_err());
        assert_eq!(world.read(world.ctx(), "slow").await.unwrap(), 1);

        let read = cache.read(CacheKey::of("panics"), prizes());
        let answer = read.get_or_load(|| async {
            assert!(std::env::var_os("NO_SUCH").is_some(), "on purpose");
            Ok(1_u64)
        });
        assert_eq!(answer.await.unwrap_err().code().as_str(), "internal");
        assert_eq!(world.read(world.ctx(), "panics").await.unwrap(), 2);
    }
}

#[tokio::test]
async fn switched_off_each_read_is_a_load() {
    for redis in [String::new(), redis()] {
        let world = World::with("off", &redis, |cache| cache.enabled = false).await;
        for expected in 1..4 {
            assert_eq!(world.read(world.ctx(), "a").await.unwrap(), expected);
        }
    }
}
