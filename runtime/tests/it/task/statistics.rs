//! What tasks do adds up in statistics: once, with what it tells of, or not at all.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use cloudapp_runtime::app::{App, Module};
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::stat::{Metric, StatFilter, task_metrics};
use cloudapp_runtime::task::{NoHooks, Settled, Told, statistics};
use cloudapp_runtime::types::Id;
use serde_json::{Value, json};

use super::bugs::Refusing;
use super::world::{ACT, World, app};
use crate::asset::world::APP_ID;

/// An app with tasks, and statistics of these metrics.
async fn world(server: &str, metrics: Vec<Metric>, ledger: &Refusing) -> World {
    let ledger = ledger.clone();
    World::of(
        server,
        |verifier| -> App {
            let mut app = app(ledger, NoHooks, verifier);
            app.module(Module::new("stat").statistics().metrics(metrics));
            app
        },
        |_| {},
    )
    .await
}

/// Every figure of the activity that is not 0, from the day on that the clock begins with.
async fn figures(world: &World) -> BTreeMap<String, i64> {
    let stats = world.ctx.stats();
    stats.count_waiting().await.unwrap();
    let day = |text: &str| text.parse().unwrap();
    let filter = StatFilter {
        app_id: APP_ID.to_owned(),
        act_id: ACT,
        module_id: None,
        object_id: None,
        from: day("2026-11-26"),
        to: day("2026-12-26"),
    };
    let groups = stats.totals(&filter).await.unwrap();
    let all = groups.into_iter().flat_map(|group| {
        let within = group.sub_data_list.into_iter();
        let within = within.flat_map(|sub| sub.data_list);
        group.data_list.into_iter().chain(within)
    });
    all.map(|one| (one.name, one.value.to_string().parse().unwrap()))
        .filter(|(_, value)| *value != 0)
        .collect()
}

/// What is expected, in words: `FreeGiftCount 3, JoinTaskCount 3`.
fn said(text: &str) -> BTreeMap<String, i64> {
    let pairs = text.split(", ").map(|pair| pair.split_once(' ').unwrap());
    pairs
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

#[tokio::test]
async fn what_players_do_is_counted_by_type_and_in_all() {
    for server in super::world::servers() {
        let world = world(&server, task_metrics(), &Refusing::default()).await;
        let alice = world.player("alice").await;
        let bob = world.player("bob").await;
        let config = json!({ "reward_value": 5, "limit_num": 2 });
        let gift = world.task(1, 3, config).await;
        for player in [&alice, &alice, &bob] {
            world.act(player, gift).await.unwrap();
        }
        // What is refused tells nothing.
        assert_eq!(world.act(&alice, gift).await.unwrap_err(), "task_done");
        let today = said(
            "FreeGiftUserCount 2, FreeGiftCount 3, FreeGiftRewardCount 15, JoinTaskUserCount 2, \
             AddJoinTaskUserCount 2, JoinTaskCount 3, JoinTaskRewardCount 15",
        );
        assert_eq!(figures(&world).await, today);

        // A player counts once a day, and as new once.
        world.days(1);
        let sign = world.task(2, 1, json!({ "reward_value": 3 })).await;
        world.act(&alice, sign).await.unwrap();
        let both = said(
            "FreeGiftUserCount 2, FreeGiftCount 3, FreeGiftRewardCount 15, OneSignUserCount 1, \
             OneSignCount 1, OneSignRewardCount 3, JoinTaskUserCount 3, AddJoinTaskUserCount 2, \
             JoinTaskCount 4, JoinTaskRewardCount 18",
        );
        assert_eq!(figures(&world).await, both);
        world.close().await;
    }
}

#[tokio::test]
async fn joining_and_being_paid_are_told_where_they_happen() {
    let world = world("sqlite:", task_metrics(), &Refusing::default()).await;
    let alice = world.player("alice").await;
    let config = json!({ "reward_value": 2, "satisfy_num": 2, "limit_num": 1 });
    let share = world.task(11, 1, config).await;
    world.act(&alice, share).await.unwrap();
    let joined = figures(&world).await;
    assert_eq!(joined.get("JoinTaskCount"), Some(&1));
    assert_eq!(joined.get("JoinTaskRewardCount"), None);
    world.act(&alice, share).await.unwrap();
    let paid = world.claim(&alice, share).await.unwrap();
    assert_eq!(paid.reward_value, 2);
    let all = figures(&world).await;
    assert_eq!(all.get("JoinTaskCount"), Some(&2));
    assert_eq!(all.get("JoinTaskUserCount"), Some(&1));
    assert_eq!(all.get("JoinTaskRewardCount"), Some(&2));
    world.close().await;
}

#[tokio::test]
async fn a_payment_that_fails_leaves_no_figure() {
    let refusing = Refusing::default();
    let world = world("sqlite:", task_metrics(), &refusing).await;
    let alice = world.player("alice").await;
    let gift = world.task(1, 3, json!({ "reward_value": 5 })).await;
    refusing.0.store(true, Ordering::SeqCst);
    assert_eq!(world.act(&alice, gift).await.unwrap_err(), "conflict");
    assert_eq!(figures(&world).await, BTreeMap::new());
    refusing.0.store(false, Ordering::SeqCst);
    world.act(&alice, gift).await.unwrap();
    assert_eq!(figures(&world).await.get("FreeGiftRewardCount"), Some(&5));
    world.close().await;
}

#[tokio::test]
async fn a_swap_counts_when_it_is_paid_and_once() {
    let world = world("sqlite:", task_metrics(), &Refusing::default()).await;
    let alice: Player = world.player("alice").await;
    let config = json!({ "reward_value": 3, "satisfy_num": 50 });
    let swap = world.task(17, 3, config).await;
    world.verifier.set_points(&alice, 70);
    world.act(&alice, swap).await.unwrap();
    let events = world.events().await;
    let event = events.iter().find(|one| one.topic == "task.swap").unwrap();
    let payload: Value = serde_json::from_str(&event.payload).unwrap();
    let id: Id = payload["swap_id"].as_str().unwrap().parse().unwrap();
    for _ in 0..3 {
        world.ctx.tasks().settle_swap(id).await.unwrap();
    }
    let settled = world.ctx.tasks().settle_swap(id).await.unwrap();
    assert_eq!(settled, Settled::Paid(None));
    let all = figures(&world).await;
    assert_eq!(all.get("JoinTaskUserCount"), Some(&1));
    assert_eq!(all.get("JoinTaskRewardCount"), Some(&3));
    world.close().await;
}

/// Statistics must not be in the way of what they are of.
#[tokio::test]
async fn a_metric_that_nobody_defined_stops_no_task() {
    let own = vec![Metric::new("FreeGiftCount", "Gifts")];
    let world = world("sqlite:", own, &Refusing::default()).await;
    let alice = world.player("alice").await;
    let gift = world.task(1, 3, json!({ "reward_value": 5 })).await;
    world.act(&alice, gift).await.unwrap();
    assert_eq!(world.points(&alice).await, 5);
    assert_eq!(figures(&world).await, said("FreeGiftCount 1"));
    world.close().await;
}

#[test]
fn each_key_of_a_type_is_a_metric() {
    let metrics = task_metrics();
    for task_type in 1..=26 {
        let told = Told {
            task_type,
            is_joined: true,
            rounds: 1,
            value: 5,
        };
        let told = statistics(&told);
        assert_eq!(told.len(), 7, "type {task_type}");
        for one in told {
            let known = metrics.iter().any(|metric| metric.name == one.key);
            assert!(known, "type {task_type}: {}", one.key);
        }
    }
}
