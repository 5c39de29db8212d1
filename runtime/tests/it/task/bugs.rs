//! Each mistake of the original framework's tasks, by its number in their list: not made here.

mod late;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cloudapp_runtime::asset::{self, Change, Receipt};
use cloudapp_runtime::async_trait;
use cloudapp_runtime::db::Transaction;
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::task::{Deed, Fact, NoHooks, Settled, Status};
use cloudapp_runtime::types::{Decimal, Id};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use super::world::{World, invited_by};

const MODULE: Id = Id::new(0);

/// A ledger that refuses while it is told to.
#[derive(Clone, Default)]
pub(super) struct Refusing(pub(super) Arc<AtomicBool>);

#[async_trait]
impl asset::Hooks for Refusing {
    async fn after_change(&self, _: &Transaction<'_>, _: &Change, _: &Receipt) -> AppResult<()> {
        match self.0.load(Ordering::SeqCst) {
            true => Err(AppError::conflict("not now")),
            false => Ok(()),
        }
    }
}

fn order(number: &str, hundredths: i128) -> Fact {
    Fact::Order {
        order_no: number.to_owned(),
        goods_id: "cup".to_owned(),
        amount: Decimal::from_parts(hundredths, 2),
    }
}

fn draw(id: &str) -> Fact {
    Fact::Draw {
        draw_id: id.to_owned(),
        is_trial: false,
    }
}

async fn count(world: &World, table: &str) -> i64 {
    let db = world.ctx.db();
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn bug_19_pay_after_consume() {
    let refusing = Refusing::default();
    let world = World::start("sqlite:", refusing.clone(), NoHooks, |_| {}).await;
    let alice = world.player("alice").await;
    let gift = world.task(1, 3, json!({ "reward_value": 5 })).await;
    let share = world.task(14, 3, json!({ "reward_value": 2 })).await;
    world.act(&alice, share).await.unwrap();
    refusing.0.store(true, Ordering::SeqCst);
    assert_eq!(world.act(&alice, gift).await.unwrap_err(), "conflict");
    assert_eq!(world.claim(&alice, share).await.unwrap_err(), "conflict");
    assert_eq!(world.view(&alice, gift).await.status, Status::Todo);
    refusing.0.store(false, Ordering::SeqCst);
    assert_eq!(
        world
            .act(&alice, gift)
            .await
            .unwrap()
            .paid
            .unwrap()
            .reward_value,
        5
    );
    assert_eq!(world.claim(&alice, share).await.unwrap().reward_value, 2);
    assert_eq!(world.points(&alice).await, 7);
    world.close().await;
}

#[tokio::test]
async fn bug_20_member_points_without_key_or_compensation() {
    let refusing = Refusing::default();
    let world = World::start("sqlite:", refusing.clone(), NoHooks, |_| {}).await;
    let alice = world.player("alice").await;
    let config = json!({ "reward_value": 3, "satisfy_num": 50, "limit_num": 2 });
    let swap = world.task(17, 3, config).await;
    world.verifier.set_points(&alice, 70);
    let asked = world.act(&alice, swap).await.unwrap();
    assert!(asked.is_waiting && asked.paid.is_none());
    let id_of = |payload: &str| -> Id {
        let payload: Value = serde_json::from_str(payload).unwrap();
        payload["swap_id"].as_str().unwrap().parse().unwrap()
    };
    let events = world.events().await;
    let event = events.iter().find(|one| one.topic == "task.swap").unwrap();
    let first = id_of(&event.payload);
    // The platform takes the points but does not say so; then the ledger refuses.
    world.verifier.fail_after_taking(1);
    let tasks = world.ctx.tasks();
    assert!(tasks.settle_swap(first).await.is_err());
    refusing.0.store(true, Ordering::SeqCst);
    assert!(tasks.settle_swap(first).await.is_err());
    assert_eq!(
        (world.verifier.points(&alice), world.points(&alice).await),
        (20, 0)
    );
    refusing.0.store(false, Ordering::SeqCst);
    let settled = tasks.settle_swap(first).await.unwrap();
    assert!(matches!(settled, Settled::Paid(Some(paid)) if paid.reward_value == 3));
    assert_eq!(tasks.settle_swap(first).await.unwrap(), Settled::Paid(None));
    assert_eq!(
        (world.verifier.points(&alice), world.points(&alice).await),
        (20, 3)
    );
    // What the platform refuses is given back.
    for _ in 0..2 {
        world.act(&alice, swap).await.unwrap();
        assert_eq!(world.act(&alice, swap).await.unwrap_err(), "task_done");
        assert_eq!(tasks.settle_swaps(10).await.unwrap(), 1);
    }
    world.verifier.set_points(&alice, 50);
    world.act(&alice, swap).await.unwrap();
    tasks.settle_swaps(10).await.unwrap();
    assert_eq!(
        (world.verifier.points(&alice), world.points(&alice).await),
        (0, 6)
    );
    assert_eq!(world.act(&alice, swap).await.unwrap_err(), "task_done");
    world.close().await;
}

#[tokio::test]
async fn bug_21_monthly_tasks_pay_every_month() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let gift = world.task(1, 4, json!({ "reward_value": 5 })).await;
    let share = world.task(14, 4, json!({ "reward_value": 2 })).await;
    for month in 1..=3 {
        world.act(&alice, gift).await.unwrap();
        assert_eq!(world.act(&alice, gift).await.unwrap_err(), "task_done");
        world.act(&alice, share).await.unwrap();
        world.claim(&alice, share).await.unwrap();
        assert_eq!(world.points(&alice).await, 7 * month);
        world.days(31);
    }
    let keys: Vec<_> = world
        .journal(&alice)
        .await
        .iter()
        .map(|row| row.only_id.clone())
        .collect();
    for month in ["m202611", "m202612", "m202701"] {
        assert_eq!(
            keys.iter().filter(|key| key.contains(month)).count(),
            2,
            "{keys:?}"
        );
    }
    world.close().await;
}

#[tokio::test]
async fn bug_22_a_streak_ends_with_a_missed_day() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let days = json!({ "day_list": { "1": 1, "2": 10, "3": 100 } });
    let streak = world.task(18, 3, days).await;
    let mut paid = Vec::new();
    for pause in [1, 2, 1, 1, 3] {
        let sign = world.act(&alice, streak).await;
        paid.push(sign.map_or(0, |sign| sign.paid.unwrap().reward_value));
        if paid.len() < 5 {
            assert_eq!(world.act(&alice, streak).await.unwrap_err(), "task_today");
        }
        world.days(pause);
    }
    assert_eq!(paid, [1, 10, 1, 10, 100]);
    assert_eq!(world.act(&alice, streak).await.unwrap_err(), "task_done");
    assert!(world.view(&alice, streak).await.is_over);
    world.close().await;
}

#[tokio::test]
async fn bug_23_a_permanent_sign_can_be_signed_once() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let sign = world.task(2, 3, json!({ "reward_value": 4 })).await;
    assert_eq!(
        world
            .act(&alice, sign)
            .await
            .unwrap()
            .paid
            .unwrap()
            .reward_value,
        4
    );
    world.days(40);
    assert_eq!(world.act(&alice, sign).await.unwrap_err(), "task_done");
    world.close().await;
}

#[tokio::test]
async fn bug_24_each_sub_task_has_its_own_limit() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let sites = json!([
        { "id": 1, "reward_value": 1, "limit_num": 3 },
        { "id": "two", "reward_value": 5, "satisfy_num": 2, "limit_num": 1 },
    ]);
    let browse = world.task(12, 1, sites).await;
    let part = |id: &str| Deed {
        sub_type: id.to_owned(),
        ..Deed::default()
    };
    for _ in 0..3 {
        world.act_with(&alice, browse, part("1")).await.unwrap();
    }
    assert_eq!(
        world.act_with(&alice, browse, part("1")).await.unwrap_err(),
        "task_done"
    );
    for _ in 0..2 {
        world.act_with(&alice, browse, part("two")).await.unwrap();
    }
    assert_eq!(
        world
            .act_with(&alice, browse, part("two"))
            .await
            .unwrap_err(),
        "task_done"
    );
    assert_eq!(
        world.act_with(&alice, browse, part("3")).await.unwrap_err(),
        "param_error"
    );
    assert_eq!(
        world
            .claim_part(&alice, browse, "1")
            .await
            .unwrap()
            .reward_value,
        3
    );
    assert_eq!(
        world
            .claim_part(&alice, browse, "two")
            .await
            .unwrap()
            .reward_value,
        5
    );
    let shown = world.view(&alice, browse).await;
    let done: Vec<_> = shown
        .parts
        .iter()
        .map(|part| (part.rounds_done, part.status))
        .collect();
    assert_eq!(done, [(3, Status::Done), (1, Status::Done)]);
    world.close().await;
}

#[tokio::test]
async fn bug_25_beyond_the_limit_is_an_error() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    for task_type in [10, 11, 14] {
        let config = json!({ "reward_value": 1, "satisfy_num": 1, "limit_num": 1 });
        let task = world.task(task_type, 3, config).await;
        assert!(world.act(&alice, task).await.unwrap().is_counted);
        assert_eq!(world.act(&alice, task).await.unwrap_err(), "task_done");
    }
    world.close().await;
}

#[tokio::test]
async fn bug_26_limits_are_rounds_everywhere() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let config = json!({ "reward_value": 1, "satisfy_num": 3, "limit_num": 2 });
    let invite = world.task(4, 3, config.clone()).await;
    let mut open = config;
    open["close_invite_limit"] = json!(1);
    let boundless = world.task(15, 3, open).await;
    let mut refused = 0;
    for number in 0..8 {
        let guest = world.player(&format!("guest {number}")).await;
        let counted = world.act_with(&guest, invite, invited_by(&alice)).await;
        refused += usize::from(counted.is_err_and(|code| code == "task_done"));
        world
            .act_with(&guest, boundless, invited_by(&alice))
            .await
            .unwrap();
    }
    // Six people, two rounds of three.
    assert_eq!(refused, 2);
    assert_eq!(world.claim(&alice, invite).await.unwrap().rounds, 2);
    assert_eq!(world.claim(&alice, boundless).await.unwrap().rounds, 2);
    assert_eq!(
        world.claim(&alice, boundless).await.unwrap_err(),
        "task_done"
    );
    world.close().await;
}

#[tokio::test]
async fn bug_27_the_last_day_is_the_largest_number() {
    let world = World::new().await;
    let alice = world.player("alice").await;
    let days: serde_json::Map<_, _> = (1..=12).map(|day| (day.to_string(), json!(day))).collect();
    let sign = world.task(13, 3, json!({ "day_list": days })).await;
    for day in 1..=12 {
        assert_eq!(
            world
                .act(&alice, sign)
                .await
                .unwrap()
                .paid
                .unwrap()
                .reward_value,
            day
        );
        // A day without a sign changes nothing in a calendar.
        world.days(1 + day % 2);
    }
    assert_eq!(world.act(&alice, sign).await.unwrap_err(), "task_done");
    assert_eq!(world.view(&alice, sign).await.total, 12);
    world.close().await;
}
