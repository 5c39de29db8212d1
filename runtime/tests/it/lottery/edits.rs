//! Stock that operators change while players draw.

use std::sync::Arc;

use cloudapp_runtime::content::Change;
use cloudapp_runtime::lottery::NoHooks;

use super::world::{World, app, prize, rule, thanks};
use crate::asset::world::{APP_ID, servers};

/// The total goes up and down while three players draw: nothing is lost.
async fn under_fire(server: &str) {
    let world = Arc::new(World::start(server, app(NoHooks)).await);
    world.rule(rule(0)).await;
    let cup = world.prize(prize("Tea cup", 1, 50)).await;
    world.prize(thanks(1)).await;
    let mut drawing = Vec::new();
    for number in 0..3 {
        let player = world.player(&format!("player {number}")).await;
        let world = Arc::clone(&world);
        drawing.push(tokio::spawn(async move {
            for _ in 0..15 {
                world.draw(&player, 1).await.unwrap();
            }
        }));
    }
    for total in [60, 55, 70, 58] {
        let draft = prize("Tea cup", 1, total);
        let lottery = world.ctx.lottery();
        let row = lottery.replace_prize(APP_ID, cup.id, draft).await.unwrap();
        assert_eq!(row.surplus + row.hand_out, total);
    }
    for one in drawing {
        one.await.unwrap();
    }
    let (left, won) = world.stock(&cup).await;
    assert_eq!(left + won, 58);
    assert_eq!(world.winnings().await.len() as i64, won);
    world.ctx.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_fire_on_sqlite() {
    under_fire(&servers()[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_fire_on_mysql() {
    under_fire(&servers()[1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_fire_on_postgres() {
    under_fire(&servers()[2]).await;
}

#[tokio::test]
async fn what_was_won_cannot_be_taken_from_the_total() {
    let world = World::new().await;
    world.rule(rule(0)).await;
    let cup = world.prize(prize("Tea cup", 1, 5)).await;
    let player = world.player("alice").await;
    world.draw(&player, 3).await.unwrap();
    let lottery = world.ctx.lottery();
    let few = lottery
        .replace_prize(APP_ID, cup.id, prize("Tea cup", 1, 2))
        .await;
    assert_eq!(few.unwrap_err().code().as_str(), "conflict");
    lottery
        .replace_prize(APP_ID, cup.id, prize("Tea cup", 1, 3))
        .await
        .unwrap();
    assert_eq!(world.stock(&cup).await, (0, 3));
    assert_eq!(
        world.draw(&player, 1).await.unwrap_err(),
        "lottery_sold_out"
    );

    let gone = lottery
        .change_prize(APP_ID, cup.id, Change::Remove)
        .await
        .unwrap();
    assert!(gone.is_del && !gone.is_release);
    let back = lottery
        .change_prize(APP_ID, cup.id, Change::Restore)
        .await
        .unwrap();
    assert!(!back.is_del && !back.is_release);
    let of_other = lottery.change_prize("other", cup.id, Change::Remove).await;
    assert_eq!(of_other.unwrap_err().code().as_str(), "not_found");
    world.close().await;
}
