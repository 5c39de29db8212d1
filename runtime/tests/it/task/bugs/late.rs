//! The later ones of the list.

use cloudapp_runtime::asset::{Asset, Owner};
use cloudapp_runtime::error::AppError;
use cloudapp_runtime::task::{Deed, Standing, Status};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::super::world::{ACT, World, code, draft, goods, invited_by, time};
use super::{MODULE, count, draw, order};
use crate::asset::world::APP_ID;

#[tokio::test]
async fn bug_28_a_claim_without_counters_pays_and_is_kept() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let gears = json!({ "gear_list": [{ "id": 1, "gear": 10, "reward_value": 5 }] });
    let tiers = world.task(21, 3, gears).await;
    let config = json!({ "reward_value": 2, "satisfy_num": 10, "limit_num": 3 });
    let spend = world.task(20, 3, config).await;
    assert_eq!(
        world.claim(&alice, spend).await.unwrap_err(),
        "task_not_ready"
    );
    let tasks = world.ctx.tasks();
    tasks
        .report(&alice, ACT, MODULE, &[order("1", 1_500)])
        .await
        .unwrap();
    // No counters of the tier are there yet.
    assert_eq!(count(&world, "task_count_0_tb").await, 1);
    world.claim_part(&alice, tiers, "1").await.unwrap();
    assert_eq!(
        world.claim_part(&alice, tiers, "1").await.unwrap_err(),
        "task_done"
    );
    assert_eq!(world.claim(&alice, spend).await.unwrap().rounds, 1);
    tasks
        .report(&alice, ACT, MODULE, &[order("2", 9_000)])
        .await
        .unwrap();
    assert_eq!(world.claim(&alice, spend).await.unwrap().rounds, 2);
    assert_eq!(world.points(&alice).await, 5 + 6);
    world.close().await;
}

#[tokio::test]
async fn bug_29_players_without_names_help() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let help = world
        .task(15, 3, json!({ "reward_value": 1, "satisfy_num": 2 }))
        .await;
    for name in ["b", "c"] {
        let helper = world.player(name).await;
        world
            .act_with(&helper, help, invited_by(&alice))
            .await
            .unwrap();
        let again = world.act_with(&helper, help, invited_by(&alice)).await;
        assert_eq!(again.unwrap_err(), "task_refused");
    }
    assert_eq!(world.claim(&alice, help).await.unwrap().reward_value, 1);
    world.close().await;
}

#[tokio::test]
async fn bug_30_reading_writes_nothing_and_tiers_are_done_by_number() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let gear = |id: i64, need: i64| json!({ "id": id, "gear": need, "reward_value": 1 });
    let config =
        |gears: Vec<Value>, before: bool| json!({ "gear_list": gears, "count_before": before });
    let first = world.task(26, 3, config(vec![gear(1, 1)], true)).await;
    let second = world.task(26, 3, config(vec![gear(1, 1)], false)).await;
    let tasks = world.ctx.tasks();
    tasks
        .report(&alice, ACT, MODULE, &[draw("1"), draw("2")])
        .await
        .unwrap();
    for (task, before) in [(first, true), (second, false)] {
        world.claim_part(&alice, task, "1").await.unwrap();
        assert!(world.view(&alice, task).await.is_over);
        // A tier that is added later counts what was done before, if it is to.
        world.days(1);
        let config = config(vec![gear(1, 1), gear(2, 2)], before);
        tasks
            .replace(APP_ID, task, &draft(0, 26, 3, config))
            .await
            .unwrap();
        let rows = count(&world, "task_count_0_tb").await;
        let shown = world.view(&alice, task).await;
        assert_eq!(count(&world, "task_count_0_tb").await, rows);
        let status = if before {
            Status::Claimable
        } else {
            Status::Todo
        };
        assert_eq!(shown.status, status, "{shown:?}");
        assert_eq!(world.claim_part(&alice, task, "2").await.is_ok(), before);
    }
    // Neither hidden nor removed tasks are done.
    tasks.release(APP_ID, first, false).await.unwrap();
    tasks.remove(APP_ID, second, true).await.unwrap();
    assert_eq!(
        tasks
            .report(&alice, ACT, MODULE, &[draw("3")])
            .await
            .unwrap(),
        0
    );
    world.close().await;
}

#[tokio::test]
async fn bug_31_a_fact_counts_once_and_a_bad_one_stops_nobody() {
    let world = World::new().await;
    let (alice, bob) = (world.player("alice").await, world.player("bob").await);
    let gears = json!({ "gear_list": [{ "id": 1, "gear": 5, "reward_value": 1 }] });
    let tiers = world.task(26, 3, gears).await;
    let tasks = world.ctx.tasks();
    let draws = [draw("1"), draw("2")];
    let all = join_all((0..8).map(|_| tasks.report(&alice, ACT, MODULE, &draws))).await;
    let counted: usize = all.into_iter().map(Result::unwrap).sum();
    assert_eq!(counted, 2);
    let bad = tasks
        .report(&alice, ACT, MODULE, &[draw("3"), draw("")])
        .await;
    assert_eq!(code(bad.unwrap_err()), "param_error");
    assert_eq!(world.view(&alice, tiers).await.current, 2);
    assert_eq!(tasks.report(&bob, ACT, MODULE, &draws).await.unwrap(), 2);
    world.close().await;
}

#[tokio::test]
async fn bug_32_the_platform_is_asked_who_follows() {
    let world = World::new().await;
    let (alice, bob) = (world.player("alice").await, world.player("bob").await);
    let follow = json!({ "reward_value": 5, "once_favor_reward": 0 });
    let follow = world.task(6, 3, follow).await;
    let join = world
        .task(7, 3, json!({ "reward_value": 7, "once_member_reward": 1 }))
        .await;
    assert_eq!(world.act(&alice, follow).await.unwrap_err(), "task_refused");
    assert_eq!(world.act(&alice, join).await.unwrap_err(), "task_refused");
    let before = time("2020-01-01T00:00:00Z");
    world.verifier.set_follower(&alice, Standing::Yes);
    world.verifier.set_follower(&bob, Standing::Since(before));
    world.verifier.set_member(&alice, Standing::Since(before));
    assert_eq!(
        world
            .act(&alice, follow)
            .await
            .unwrap()
            .paid
            .unwrap()
            .reward_value,
        5
    );
    assert_eq!(world.act(&alice, follow).await.unwrap_err(), "task_done");
    // Who followed before is counted, and not paid unless the task says so.
    assert_eq!(
        world
            .act(&bob, follow)
            .await
            .unwrap()
            .paid
            .unwrap()
            .reward_value,
        0
    );
    assert_eq!(
        world
            .act(&alice, join)
            .await
            .unwrap()
            .paid
            .unwrap()
            .reward_value,
        7
    );
    assert_eq!(
        (world.points(&alice).await, world.points(&bob).await),
        (12, 0)
    );
    world.close().await;
}

#[tokio::test]
async fn bug_33_orders_count_in_one_step() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let config = json!({ "reward_value": 1, "satisfy_num": 2, "limit_num": 9 });
    let buy = world.task(19, 3, config).await;
    let tasks = world.ctx.tasks();
    let half_bad = [order("1", 100), order("2", -100)];
    assert!(tasks.report(&alice, ACT, MODULE, &half_bad).await.is_err());
    assert_eq!(count(&world, "task_evidence_0_tb").await, 0);
    // A transaction of the caller's that is taken back takes all of it back.
    let report = tasks
        .prepare_report(&alice, ACT, MODULE, &[order("1", 100)])
        .await
        .unwrap();
    let owner = Owner::user(APP_ID, ACT, alice.user_id);
    let conn = world
        .ctx
        .shard_of(cloudapp_runtime::db::Group::Asset, &owner.shard_key());
    let report = &report;
    let undone = cloudapp_runtime::db::transaction(&conn, |txn| {
        Box::pin(async move {
            assert_eq!(report.apply(txn).await?, 1);
            Err::<(), _>(AppError::conflict("taken back"))
        })
    });
    assert_eq!(code(undone.await.unwrap_err()), "conflict");
    assert_eq!(world.view(&alice, buy).await.current, 0);
    let orders = [order("1", 100), order("2", 100)];
    assert_eq!(tasks.report(&alice, ACT, MODULE, &orders).await.unwrap(), 2);
    assert_eq!(tasks.report(&alice, ACT, MODULE, &orders).await.unwrap(), 0);
    assert_eq!(world.claim(&alice, buy).await.unwrap().rounds, 1);
    world.close().await;
}

#[tokio::test]
async fn bug_34_the_secret_code_stays_here() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let config = json!({ "reward_value": 3, "secret_code": "open sesame", "title": "Psst" });
    let secret = world.task(16, 1, config).await;
    let shown = serde_json::to_string(&world.view(&alice, secret).await).unwrap();
    assert!(
        !shown.contains("sesame") && shown.contains("Psst"),
        "{shown}"
    );
    let say = |text: &str| Deed {
        secret_code: Some(text.to_owned()),
        ..Deed::default()
    };
    assert_eq!(world.act(&alice, secret).await.unwrap_err(), "param_error");
    assert_eq!(
        world
            .act_with(&alice, secret, say("Open sesame"))
            .await
            .unwrap_err(),
        "task_refused"
    );
    let said = world
        .act_with(&alice, secret, say("open sesame"))
        .await
        .unwrap();
    assert_eq!(said.paid.unwrap().reward_value, 3);
    for event in world.events().await {
        assert!(!event.payload.contains("sesame"));
    }
    world.close().await;
}

#[tokio::test]
async fn bug_35_evidence_is_of_its_module_and_unique() {
    let world = World::new().await;
    let (alice, bob) = (world.player("alice").await, world.player("bob").await);
    let guest = world.player("guest").await;
    let config = json!({ "reward_value": 1, "limit_num": 5 });
    let mut invites = Vec::new();
    let mut collects = Vec::new();
    for module in [1, 2] {
        invites.push(world.task_of(module, 4, 3, config.clone()).await);
        collects.push(world.task_of(module, 8, 3, config.clone()).await);
    }
    for (invite, collect) in invites.iter().zip(&collects) {
        world
            .act_with(&guest, *invite, invited_by(&alice))
            .await
            .unwrap();
        let second = world.act_with(&guest, *invite, invited_by(&bob)).await;
        assert_eq!(second.unwrap_err(), "task_refused");
        assert!(
            world
                .act_with(&alice, *collect, goods("cup"))
                .await
                .unwrap()
                .is_counted
        );
        assert!(
            !world
                .act_with(&alice, *collect, goods("cup"))
                .await
                .unwrap()
                .is_counted
        );
        assert_eq!(world.claim(&alice, *invite).await.unwrap().rounds, 1);
        assert_eq!(world.claim(&alice, *collect).await.unwrap().rounds, 1);
    }
    let balance = Asset::from(Asset::POINTS);
    let owner = Owner::user(APP_ID, ACT, alice.user_id);
    assert_eq!(world.ctx.ledger().get(&owner, &balance).await.unwrap(), 4);
    world.close().await;
}
