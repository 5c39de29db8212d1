//! An app with ledger, draws and shipments.

use cloudapp_runtime::app::{App, Module};
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::error::AppError;
use cloudapp_runtime::lottery;
use cloudapp_runtime::order::{Address, Hooks, OrderDraft, OrderRow};
use cloudapp_runtime::types::Id;

use crate::lottery::world::{ACT, World, app as draws, prize, rule};

/// An app with nothing but ledger, draws and shipments.
pub(super) fn app(hooks: impl Hooks) -> App {
    let mut app = draws(lottery::NoHooks);
    app.module(Module::new("order").orders(hooks));
    app
}

/// One instance in which every draw is free and wins a cup.
pub(super) async fn world(server: &str, hooks: impl Hooks) -> World {
    let world = World::start(server, app(hooks)).await;
    world.rule(rule(0)).await;
    world.prize(prize("Tea cup", 1, 1_000)).await;
    world
}

/// Wins so many cups.
pub(super) async fn win(world: &World, player: &Player, times: u32) -> Vec<Id> {
    let drawn = world.draw(player, times).await.unwrap();
    let results = drawn.results.iter();
    results.filter_map(|one| one.prize_roster_id).collect()
}

pub(super) fn address() -> Address {
    Address {
        real_name: "李雷".to_owned(),
        telephone: "13800000000".to_owned(),
        province: "上海".to_owned(),
        city: "上海".to_owned(),
        county: "黄浦".to_owned(),
        street: String::new(),
        address: "人民路 1 号".to_owned(),
    }
}

pub(super) fn draft(winnings: &[Id], key: Option<&str>) -> OrderDraft {
    OrderDraft {
        act_id: ACT,
        winnings: winnings.to_vec(),
        address: address(),
        buyer_remark: String::new(),
        key: key.map(str::to_owned),
    }
}

/// Has winnings sent; the code of the refusal, if it is one.
pub(super) async fn send(
    world: &World,
    player: &Player,
    winnings: &[Id],
    key: Option<&str>,
) -> Result<OrderRow, String> {
    let orders = world.ctx.orders();
    let order = orders.create(player, draft(winnings, key)).await;
    order.map_err(|error: AppError| error.code().as_str().to_owned())
}
