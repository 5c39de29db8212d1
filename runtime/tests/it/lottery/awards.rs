//! Prizes that tasks give.

use cloudapp_runtime::lottery::{Award, PrizeDraft};
use cloudapp_runtime::types::Id;

use super::world::{World, prize, thanks};

fn award(prize_id: Id, count: u32, key: &str) -> Award {
    Award {
        prize_id,
        count,
        key: key.to_owned(),
    }
}

#[tokio::test]
async fn a_prize_is_given_once_for_its_key() {
    let world = World::new().await;
    let of_tasks = PrizeDraft {
        ascription_type: 1,
        ..prize("Tea cup", 0, 5)
    };
    let cup = world.prize(of_tasks).await;
    let alice = world.player("alice").await;
    let lottery = world.ctx.lottery();
    let first = lottery
        .award(&alice, &award(cup.id, 2, "task:7:1"))
        .await
        .unwrap();
    let mut again = lottery
        .award(&alice, &award(cup.id, 2, "task:7:1"))
        .await
        .unwrap();
    again.sort_unstable();
    assert_eq!(first, again);
    assert_eq!(world.stock(&cup).await, (3, 2));
    let other = lottery.award(&alice, &award(cup.id, 1, "task:7:1")).await;
    assert_eq!(other.unwrap_err().code().as_str(), "idempotency_conflict");
    let much = lottery.award(&alice, &award(cup.id, 4, "task:7:2")).await;
    assert_eq!(much.unwrap_err().code().as_str(), "lottery_sold_out");
    lottery
        .award(&alice, &award(cup.id, 3, "task:7:2"))
        .await
        .unwrap();
    let rows = world.winnings().await;
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row.source_type == 1));
    world.close().await;
}

#[tokio::test]
async fn what_is_no_prize_is_not_given() {
    let world = World::new().await;
    let hidden = PrizeDraft {
        is_release: false,
        ..prize("Tea cup", 0, 5)
    };
    let hidden = world.prize(hidden).await;
    let thanks = world.prize(thanks(1)).await;
    let alice = world.player("alice").await;
    let lottery = world.ctx.lottery();
    for (award, code) in [
        (award(thanks.id, 1, "key"), "param_error"),
        (award(thanks.id, 0, "key"), "param_error"),
        (award(thanks.id, 1, ""), "param_error"),
        (award(Id::new(1), 1, "key"), "no_user_prize"),
        (award(hidden.id, 1, "key"), "lottery_sold_out"),
    ] {
        let refused = lottery.award(&alice, &award).await.unwrap_err();
        assert_eq!(refused.code().as_str(), code);
    }
    world.close().await;
}
