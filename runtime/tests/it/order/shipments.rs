//! A winning is in one shipment at most.

use std::sync::Arc;

use async_trait::async_trait;
use cloudapp_runtime::db::Transaction;
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::order::{Hooks, NoHooks, OrderRow, Shipping};
use futures_util::future::join_all;

use super::world::{send, win, world};
use crate::asset::world::{APP_ID, servers};
use crate::lottery::world::ACT;

/// Twenty requests at once for the same winnings, on each database.
async fn one_of_many(server: &str) {
    let world = Arc::new(world(server, NoHooks).await);
    let player = world.player("alice").await;
    let won = win(&world, &player, 3).await;
    let requests = (0..20).map(|number| {
        let (world, player) = (Arc::clone(&world), player.clone());
        // Some name all of them, some a part.
        let winnings = won[..1 + number % 3].to_vec();
        tokio::spawn(async move {
            loop {
                match send(&world, &player, &winnings, None).await {
                    Err(code) if code == "busy" => {}
                    answer => return answer,
                }
            }
        })
    });
    let answers = join_all(requests).await.into_iter().map(Result::unwrap);
    let orders: Vec<_> = answers.filter_map(Result::ok).collect();
    assert_eq!(orders.len(), 1);
    let rows = world.winnings().await;
    let within = rows.iter().filter(|row| row.order_no == orders[0].order_no);
    assert_eq!(within.count(), orders[0].goods_count as usize);
    let free = rows.iter().filter(|row| row.prize_status == 0).count();
    assert_eq!(free, 3 - orders[0].goods_count as usize);
    assert!(
        rows.iter()
            .all(|row| (row.prize_status == 1) != row.order_no.is_empty())
    );
    world.ctx.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_on_sqlite() {
    one_of_many(&servers()[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_on_mysql() {
    one_of_many(&servers()[1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_on_postgres() {
    one_of_many(&servers()[2]).await;
}

#[tokio::test]
async fn one_key_makes_one_shipment() {
    let world = world("sqlite:", NoHooks).await;
    let player = world.player("alice").await;
    let won = win(&world, &player, 3).await;
    let requests = (0..5).map(|_| send(&world, &player, &won[..2], Some("key")));
    let answers = join_all(requests).await.into_iter().map(Result::unwrap);
    let ids: Vec<_> = answers.map(|order| order.id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    let other = send(&world, &player, &won, Some("key")).await;
    assert_eq!(other.unwrap_err(), "idempotency_conflict");
    let rest = send(&world, &player, &[], None).await.unwrap();
    assert_eq!(rest.goods_count, 1);
    world.close().await;
}

struct Refusing;

#[async_trait]
impl Hooks for Refusing {
    async fn after_create(&self, _: &Transaction<'_>, order: &OrderRow) -> AppResult<()> {
        match order.goods_count {
            2 => Err(AppError::conflict(("not two", "不能是两个"))),
            _ => Ok(()),
        }
    }

    async fn after_status(
        &self,
        _: &Transaction<'_>,
        _: &OrderRow,
        new: &OrderRow,
    ) -> AppResult<()> {
        match new.order_status {
            2 => Err(AppError::conflict(("never", "不允许"))),
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_hook_that_refuses_takes_everything_back() {
    let world = world("sqlite:", Refusing).await;
    let player = world.player("alice").await;
    let won = win(&world, &player, 3).await;
    let refused = send(&world, &player, &won[..2], None).await;
    assert_eq!(refused.unwrap_err(), "conflict");
    let order = send(&world, &player, &won, None).await.unwrap();
    let orders = world.ctx.orders();
    let refuse = Shipping {
        order_status: 2,
        ..Shipping::default()
    };
    let refused = orders.set_status(APP_ID, order.id, refuse).await;
    assert_eq!(refused.unwrap_err().code().as_str(), "conflict");
    assert_eq!(orders.get(APP_ID, order.id).await.unwrap(), order);
    assert!(
        world
            .winnings()
            .await
            .iter()
            .all(|row| row.logistics_status == 0)
    );
    world.close().await;
}

#[tokio::test]
async fn states_follow_each_other_as_they_may() {
    let world = world("sqlite:", NoHooks).await;
    let player = world.player("alice").await;
    win(&world, &player, 1).await;
    let order = send(&world, &player, &[], None).await.unwrap();
    let orders = world.ctx.orders();
    let to = async |order_status: i32| {
        let shipping = Shipping {
            order_status,
            express_company: "SF".to_owned(),
            express_no: "SF1".to_owned(),
        };
        let row = orders.set_status(APP_ID, order.id, shipping).await;
        row.map_err(|error| error.code().as_str().to_owned())
    };
    assert_eq!(to(4).await.unwrap_err(), "conflict");
    let shipped = to(1).await.unwrap();
    assert_eq!(shipped.deliver_date, Some(shipped.updated_at));
    let back = to(0).await.unwrap();
    assert_eq!((back.express_no.as_str(), back.deliver_date), ("", None));
    to(2).await.unwrap();
    assert_eq!(world.winnings().await[0].logistics_status, 2);
    assert_eq!(to(1).await.unwrap_err(), "conflict");
    to(0).await.unwrap();
    to(1).await.unwrap();
    to(4).await.unwrap();
    assert_eq!(world.winnings().await[0].logistics_status, 1);
    for status in 0..5 {
        assert_eq!(to(status).await.unwrap_err(), "conflict");
    }
    let of = orders.of_player(&player, (ACT, Some(4)), None, 10).await;
    assert_eq!(of.unwrap().len(), 1);
    world.close().await;
}
