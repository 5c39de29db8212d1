//! How often a player may draw, and when.

use std::sync::Arc;

use chrono::Duration;
use cloudapp_runtime::lottery::{NoHooks, RuleDraft};
use futures_util::future::join_all;

use super::world::{ACT, MODULE, World, app, names, prize, rule, thanks};
use crate::asset::world::servers;

/// A hundred calls of one player at once, on each database.
async fn hundred_calls(server: &str) {
    let world = Arc::new(World::start(server, app(NoHooks)).await);
    let limited = RuleDraft {
        user_limit: 10,
        day_limit: 7,
        ..rule(0)
    };
    world.rule(limited).await;
    let mut cup = prize("Tea cup", 1, 1_000);
    cup.prize_limit = 3;
    let cup = world.prize(cup).await;
    world.prize(thanks(0)).await;
    let player = world.player("alice").await;
    let calls = (0..100).map(|_| {
        let (world, player) = (Arc::clone(&world), player.clone());
        tokio::spawn(async move { world.draw(&player, 1).await })
    });
    let answers = join_all(calls).await.into_iter().map(Result::unwrap);
    let mut drawn = 0;
    for answer in answers {
        match answer {
            Ok(_) => drawn += 1,
            Err(code) => assert_eq!(code, "lottery_limit"),
        }
    }
    assert_eq!(drawn, 7);
    assert_eq!(world.stock(&cup).await, (997, 3));
    assert_eq!(world.winnings().await.len(), 3);
    world.ctx.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundred_calls_on_sqlite() {
    hundred_calls(&servers()[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundred_calls_on_mysql() {
    hundred_calls(&servers()[1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundred_calls_on_postgres() {
    hundred_calls(&servers()[2]).await;
}

#[tokio::test]
async fn a_day_is_the_tenants() {
    let world = World::new().await;
    let limited = RuleDraft {
        user_limit: 5,
        day_limit: 3,
        ..rule(0)
    };
    world.rule(limited).await;
    world.prize(prize("Tea cup", 1, 100)).await;
    let player = world.player("alice").await;
    let place = (ACT, MODULE);
    let left = async || {
        world
            .ctx
            .lottery()
            .rule_for(&player, place)
            .await
            .unwrap()
            .1
    };
    assert_eq!(left().await, Some(3));
    world.draw(&player, 3).await.unwrap();
    assert_eq!(world.draw(&player, 1).await.unwrap_err(), "lottery_limit");
    // Noon in Shanghai: eleven hours later it is still the same day there, twelve later the next.
    world
        .clock
        .advance(Duration::hours(12) - Duration::seconds(1));
    assert_eq!(left().await, Some(0));
    world.clock.advance(Duration::seconds(1));
    assert_eq!(left().await, Some(2));
    assert_eq!(world.draw(&player, 3).await.unwrap_err(), "lottery_limit");
    world.draw(&player, 2).await.unwrap();
    assert_eq!(left().await, Some(0));
    world.close().await;
}

#[tokio::test]
async fn draws_begin_and_end_by_the_clock() {
    let world = World::new().await;
    world.prize(prize("Tea cup", 1, 100)).await;
    let player = world.player("alice").await;
    assert_eq!(world.draw(&player, 1).await.unwrap_err(), "no_module");
    let now = cloudapp_runtime::clock::Clock::now(&*world.clock);
    let timed = RuleDraft {
        starts_at: Some(now + Duration::hours(1)),
        ends_at: Some(now + Duration::hours(2)),
        ..rule(0)
    };
    world.rule(timed).await;
    assert_eq!(world.draw(&player, 1).await.unwrap_err(), "lottery_closed");
    world.clock.advance(Duration::hours(1));
    world.draw(&player, 1).await.unwrap();
    assert_eq!(world.draw(&player, 11).await.unwrap_err(), "param_error");
    world.clock.advance(Duration::hours(1));
    assert_eq!(world.draw(&player, 1).await.unwrap_err(), "lottery_closed");
    world.close().await;
}

#[tokio::test]
async fn misses_are_counted_over_requests() {
    let world = World::new().await;
    let pity = RuleDraft {
        pity_after: 4,
        ..rule(0)
    };
    world.rule(pity).await;
    world.prize(prize("Tea cup", 0, 1)).await;
    let mut rare = prize("Phone", 1, 1);
    rare.prize_limit = 1;
    world.prize(rare).await;
    world.prize(thanks(1_000_000)).await;
    let player = world.player("alice").await;
    for _ in 0..4 {
        let drawn = world.draw(&player, 1).await.unwrap();
        assert_eq!(names(&drawn), ["Thanks"]);
    }
    let drawn = world.draw(&player, 1).await.unwrap();
    assert_eq!(names(&drawn), ["Phone"]);
    world.close().await;
}
