//! Many at once: one payment.

use cloudapp_runtime::asset;
use cloudapp_runtime::task::{Deed, NoHooks};
use futures_util::future::join_all;
use serde_json::json;

use super::world::{World, invited_by, servers};

const AT_ONCE: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_claims_one_is_paid() {
    for server in servers() {
        let world = World::start(&server, asset::NoHooks, NoHooks, |_| {}).await;
        let alice = world.player("alice").await;
        let config = json!({ "reward_value": 7, "satisfy_num": 2, "limit_num": 1 });
        let share = world.task(14, 1, config).await;
        world.act(&alice, share).await.unwrap();
        world.act(&alice, share).await.unwrap();
        let claims = (0..AT_ONCE).map(|_| world.claim(&alice, share));
        let claims = join_all(claims).await;
        let paid = claims.iter().filter(|claim| claim.is_ok()).count();
        let refused = claims
            .iter()
            .filter(|claim| matches!(claim, Err(code) if code == "task_done"));
        assert_eq!(
            (paid, refused.count()),
            (1, AT_ONCE - 1),
            "{server}: {claims:?}"
        );
        assert_eq!(world.points(&alice).await, 7);
        assert_eq!(world.journal(&alice).await.len(), 1);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_first_signs_one_is_paid() {
    for server in servers() {
        let world = World::start(&server, asset::NoHooks, NoHooks, |_| {}).await;
        let alice = world.player("alice").await;
        let sign = world.task(2, 1, json!({ "reward_value": 3 })).await;
        let signs = join_all((0..AT_ONCE).map(|_| world.act(&alice, sign))).await;
        assert_eq!(
            signs.iter().filter(|sign| sign.is_ok()).count(),
            1,
            "{server}: {signs:?}"
        );
        assert_eq!(world.points(&alice).await, 3);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_invited_by_many_at_once_counts_for_one() {
    for server in servers() {
        let world = World::start(&server, asset::NoHooks, NoHooks, |_| {}).await;
        let guest = world.player("guest").await;
        let config = json!({ "reward_value": 1, "limit_num": 9 });
        let invite = world.task(4, 3, config).await;
        let mut inviters = Vec::new();
        for number in 0..16 {
            inviters.push(world.player(&format!("inviter {number}")).await);
        }
        let deeds: Vec<Deed> = inviters.iter().map(invited_by).collect();
        let acts = deeds
            .into_iter()
            .map(|deed| world.act_with(&guest, invite, deed));
        let acts = join_all(acts).await;
        assert_eq!(
            acts.iter().filter(|act| act.is_ok()).count(),
            1,
            "{server}: {acts:?}"
        );
        let mut paid = 0;
        for inviter in &inviters {
            paid += world
                .claim(inviter, invite)
                .await
                .map_or(0, |paid| paid.reward_value);
        }
        assert_eq!(paid, 1);
        world.close().await;
    }
}
