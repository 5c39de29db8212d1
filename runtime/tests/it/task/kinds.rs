//! Every type does what its rule says, and the list shows it.

use cloudapp_runtime::asset;
use cloudapp_runtime::async_trait;
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::job::{Job, JobContext};
use cloudapp_runtime::task::{Deed, Fact, NoHooks, ScriptedVerifier, Status, TaskDraft};
use cloudapp_runtime::types::{Decimal, Id};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::world::{ACT, World, app, goods, invited_by};
use crate::asset::world::APP_ID;

#[tokio::test]
async fn a_free_gift_and_a_daily_sign_pay_at_once() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let gift = world
        .task(1, 3, json!({ "reward_value": "5", "limit_num": 2 }))
        .await;
    let sign = world.task(2, 1, json!({ "reward_value": 3 })).await;
    assert_eq!(world.view(&alice, gift).await.status, Status::Todo);
    let first = world.act(&alice, gift).await.unwrap().paid.unwrap();
    assert_eq!(
        (first.rounds, first.reward_value, first.balance),
        (1, 5, Some(5))
    );
    world.act(&alice, gift).await.unwrap();
    assert_eq!(world.act(&alice, gift).await.unwrap_err(), "task_done");
    let shown = world.view(&alice, gift).await;
    assert_eq!(
        (shown.status, shown.is_over, shown.current),
        (Status::Done, true, 1)
    );
    for _ in 0..2 {
        assert_eq!(
            world
                .act(&alice, sign)
                .await
                .unwrap()
                .paid
                .unwrap()
                .reward_value,
            3
        );
        assert_eq!(world.act(&alice, sign).await.unwrap_err(), "task_done");
        world.days(1);
    }
    assert_eq!(world.points(&alice).await, 16);
    let row = &world.journal(&alice).await[0];
    assert_eq!((row.source_type, row.source_object_id.as_str()), (2, "2"));
    assert_eq!(row.log_title, "Sign in");
    let info: serde_json::Value = serde_json::from_str(row.info_json.as_ref().unwrap()).unwrap();
    assert_eq!(info["period"], "d20261127");
    assert_eq!(info["rounds"], json!([1, 1]));
    assert_eq!(row.only_id, format!("task:{sign}::d20261127:1"));
    world.close().await;
}

#[tokio::test]
async fn shares_are_counted_and_claimed() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let config = json!({ "reward_value": 4, "satisfy_num": 2, "limit_num": 2 });
    let share = world.task(14, 1, config).await;
    assert_eq!(
        world.claim(&alice, share).await.unwrap_err(),
        "task_not_ready"
    );
    let once = Deed {
        request: Some("a".to_owned()),
        ..Deed::default()
    };
    assert!(
        world
            .act_with(&alice, share, once.clone())
            .await
            .unwrap()
            .is_counted
    );
    assert!(
        !world
            .act_with(&alice, share, once)
            .await
            .unwrap()
            .is_counted
    );
    let shown = world.view(&alice, share).await;
    assert_eq!(
        (shown.status, shown.current, shown.total),
        (Status::Todo, 1, 2)
    );
    for _ in 0..3 {
        world.act(&alice, share).await.unwrap();
    }
    assert_eq!(world.act(&alice, share).await.unwrap_err(), "task_done");
    let shown = world.view(&alice, share).await;
    assert_eq!(
        (shown.status, shown.next_step.action),
        (Status::Claimable, "claim")
    );
    let paid = world.claim(&alice, share).await.unwrap();
    assert_eq!((paid.rounds, paid.reward_value), (2, 8));
    assert_eq!(world.claim(&alice, share).await.unwrap_err(), "task_done");
    assert_eq!(world.view(&alice, share).await.status, Status::Done);
    world.close().await;
}

#[tokio::test]
async fn goods_count_once_and_only_those_of_the_list() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let config = json!({ "reward_value": 1, "satisfy_num": 2, "limit_num": 5, "goods_ids": "1,2" });
    let collect = world.task(8, 3, config).await;
    assert_eq!(world.act(&alice, collect).await.unwrap_err(), "param_error");
    assert_eq!(
        world
            .act_with(&alice, collect, goods("3"))
            .await
            .unwrap_err(),
        "task_refused"
    );
    assert!(
        world
            .act_with(&alice, collect, goods("1"))
            .await
            .unwrap()
            .is_counted
    );
    assert!(
        !world
            .act_with(&alice, collect, goods("1"))
            .await
            .unwrap()
            .is_counted
    );
    world.act_with(&alice, collect, goods("2")).await.unwrap();
    assert_eq!(world.view(&alice, collect).await.done_ids, ["2", "1"]);
    assert_eq!(world.claim(&alice, collect).await.unwrap().rounds, 1);
    let info = world.journal(&alice).await[0].info_json.clone().unwrap();
    assert!(info.contains(r#""list":["1","2"]"#), "{info}");
    let daily = json!({ "reward_value": 1, "limit_num": 5, "daily_repeat_browse": true });
    let browse = world.task(9, 3, daily).await;
    for _ in 0..2 {
        assert!(
            world
                .act_with(&alice, browse, goods("1"))
                .await
                .unwrap()
                .is_counted
        );
        assert!(
            !world
                .act_with(&alice, browse, goods("1"))
                .await
                .unwrap()
                .is_counted
        );
        world.days(1);
    }
    assert!(world.view(&alice, browse).await.done_ids.is_empty());
    world.close().await;
}

#[tokio::test]
async fn invitations_are_kept_on_both_sides() {
    let world = World::new().await;
    let (alice, bob) = (world.player("alice").await, world.player("bob").await);
    let config = json!({ "reward_value": 10, "satisfy_num": 1, "limit_num": 2 });
    let invite = world.task(4, 3, config.clone()).await;
    let help = world.task(15, 3, config.clone()).await;
    let join = world.task(5, 3, config).await;
    let itself = world.act_with(&alice, invite, invited_by(&alice)).await;
    assert_eq!(itself.unwrap_err(), "task_refused");
    let nobody = Deed {
        inviter_id: Some(Id::new(7)),
        ..Deed::default()
    };
    assert_eq!(
        world.act_with(&bob, invite, nobody).await.unwrap_err(),
        "no_user"
    );
    world
        .act_with(&bob, invite, invited_by(&alice))
        .await
        .unwrap();
    world
        .act_with(&bob, help, invited_by(&alice))
        .await
        .unwrap();
    let refused = world.act_with(&bob, join, invited_by(&alice)).await;
    assert_eq!(refused.unwrap_err(), "task_refused");
    world
        .verifier
        .set_member(&bob, cloudapp_runtime::task::Standing::Yes);
    world
        .act_with(&bob, join, invited_by(&alice))
        .await
        .unwrap();
    assert_eq!(
        world.view(&alice, invite).await.done_ids,
        [bob.user_id.to_string()]
    );
    let progress = world.ctx.tasks().progress(&alice, ACT).await.unwrap();
    let of_invite = progress.iter().find(|one| one.task.id() == invite).unwrap();
    assert_eq!(of_invite.evidence.len(), 1);
    assert_eq!(of_invite.reason, "something is to be claimed");
    assert_eq!(world.claim(&alice, invite).await.unwrap().reward_value, 10);
    assert_eq!(world.points(&bob).await, 0);
    // By then she is not new any more.
    world.days(2);
    let late = world.act_with(&alice, invite, invited_by(&bob)).await;
    assert_eq!(late.unwrap_err(), "task_refused");
    world.close().await;
}

/// Two cups and a pot, a draw and a trial.
fn facts() -> [Fact; 5] {
    let order = |number: &str, goods: &str, hundredths| Fact::Order {
        order_no: number.to_owned(),
        goods_id: goods.to_owned(),
        amount: Decimal::from_parts(hundredths, 2),
    };
    let drew = |id: &str, is_trial| Fact::Draw {
        draw_id: id.to_owned(),
        is_trial,
    };
    [
        order("1", "cup", 2_100),
        order("2", "cup", 1_000),
        order("3", "pot", 500),
        drew("d", false),
        drew("t", true),
    ]
}

#[tokio::test]
async fn orders_and_draws_are_reported() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let of_cups =
        json!({ "reward_value": 1, "satisfy_num": 2, "limit_num": 9, "goods_ids": "cup" });
    let buy = world.task(19, 3, of_cups.clone()).await;
    let mut money = of_cups.clone();
    money["satisfy_num"] = json!("10.5");
    let spend = world.task(20, 3, money.clone()).await;
    let elsewhere = world.task(22, 3, money).await;
    let gears = json!({ "gear_list": [
        { "id": 1, "gear": 10, "reward_value": 1 },
        { "id": 2, "gear": "30.00", "reward_type": 2, "asset_object_id": "77", "reward_value": 1 },
    ]});
    let tiers = world.task(23, 3, gears).await;
    let draw = world.task(24, 3, json!({ "reward_value": 1 })).await;
    let trial = world.task(25, 3, json!({ "reward_value": 1 })).await;
    let facts = facts();
    let tasks = world.ctx.tasks();
    let module = Id::new(0);
    // Two cups count for two tasks, the pot for one, all three for the tiers.
    assert_eq!(
        tasks.report(&alice, ACT, module, &facts).await.unwrap(),
        2 + 2 + 1 + 3 + 2
    );
    assert_eq!(tasks.report(&alice, ACT, module, &facts).await.unwrap(), 0);
    assert_eq!(world.act(&alice, buy).await.unwrap_err(), "task_refused");
    assert_eq!(world.claim(&alice, buy).await.unwrap().rounds, 1);
    assert_eq!(world.claim(&alice, spend).await.unwrap().rounds, 2);
    assert_eq!(
        world.claim(&alice, elsewhere).await.unwrap_err(),
        "task_not_ready"
    );
    let shown = world.view(&alice, elsewhere).await;
    assert_eq!(
        (shown.current, shown.total, shown.unit),
        (500, 1_050, "hundredths")
    );
    assert_eq!(world.claim(&alice, draw).await.unwrap().rounds, 1);
    assert_eq!(world.claim(&alice, trial).await.unwrap().rounds, 1);
    assert_eq!(
        world
            .claim_part(&alice, tiers, "1")
            .await
            .unwrap()
            .reward_value,
        1
    );
    assert_eq!(
        world.claim_part(&alice, tiers, "1").await.unwrap_err(),
        "task_done"
    );
    // A prize is asked for with a key that is good for once.
    world.claim_part(&alice, tiers, "2").await.unwrap();
    let events = world.events().await;
    let due: Vec<_> = events
        .iter()
        .filter(|one| one.topic == "task.reward_due")
        .collect();
    assert_eq!(due.len(), 1);
    assert!(
        due[0].payload.contains(&format!("task:{tiers}:2:p:1:0")),
        "{}",
        due[0].payload
    );
    assert_eq!(world.points(&alice).await, 1 + 2 + 1 + 1 + 1);
    world.close().await;
}

/// A job that asks for payments.
#[derive(Serialize, Deserialize)]
struct Heard {}

#[async_trait]
impl Job for Heard {
    const NAME: &'static str = "test.heard";

    async fn run(&self, _: &JobContext) -> AppResult<()> {
        Ok(())
    }
}

#[tokio::test]
async fn events_tell_whom_and_how_much_if_a_job_asks() {
    let deaf = World::new().await;
    let alice = deaf.player("alice").await;
    let gift = deaf.task(1, 3, json!({ "reward_value": 5 })).await;
    deaf.act(&alice, gift).await.unwrap();
    assert!(deaf.events().await.is_empty());
    deaf.close().await;

    let hearing = |verifier: &ScriptedVerifier| {
        let mut app = app(asset::NoHooks, NoHooks, verifier);
        app.on_event::<Heard>("task.rewarded");
        app
    };
    let world = World::of("sqlite:", hearing, |_| {}).await;
    let alice = world.player("alice").await;
    let gift = world.task(1, 3, json!({ "reward_value": 5 })).await;
    world.act(&alice, gift).await.unwrap();
    let events = world.events().await;
    let event = events
        .iter()
        .find(|one| one.topic == "task.rewarded")
        .unwrap();
    let payload: serde_json::Value = serde_json::from_str(&event.payload).unwrap();
    assert_eq!(payload["is_joined"], true);
    assert_eq!(payload["rounds"], 1);
    assert_eq!(payload["reward_value"], 5);
    world.close().await;
}

#[tokio::test]
async fn only_open_tasks_are_seen_and_done() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let tasks = world.ctx.tasks();
    let gift = world.task(1, 3, json!({ "reward_value": 5 })).await;
    tasks.release(APP_ID, gift, false).await.unwrap();
    assert_eq!(world.act(&alice, gift).await.unwrap_err(), "task_closed");
    assert_eq!(
        world.act(&alice, Id::new(1)).await.unwrap_err(),
        "not_found"
    );
    let mut stranger = alice.clone();
    stranger.app_id = "other".to_owned();
    tasks.release(APP_ID, gift, true).await.unwrap();
    assert_eq!(world.act(&stranger, gift).await.unwrap_err(), "not_found");
    let row = tasks.row(APP_ID, gift).await.unwrap();
    let mut draft = TaskDraft {
        act_id: row.act_id,
        task_type: 1,
        complete_type: 3,
        config: json!({ "reward_value": 5 }),
        is_release: true,
        starts_at: Some(super::world::time("2026-11-27T00:00:00Z")),
        ..TaskDraft::default()
    };
    tasks.replace(APP_ID, gift, &draft).await.unwrap();
    assert_eq!(world.act(&alice, gift).await.unwrap_err(), "task_closed");
    world.days(1);
    world.act(&alice, gift).await.unwrap();
    draft.task_type = 2;
    let changed = tasks.replace(APP_ID, gift, &draft).await.unwrap_err();
    assert_eq!(changed.code().as_str(), "param_error");
    let copies = tasks.copy(APP_ID, ACT, Id::new(2)).await.unwrap();
    assert_eq!((copies.len(), copies[0].is_release), (1, false));
    tasks.sort(APP_ID, &[(gift, 9)]).await.unwrap();
    assert_eq!(tasks.row(APP_ID, gift).await.unwrap().sort_index, 9);
    world.close().await;
}
