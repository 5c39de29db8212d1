//! What can be done with shipments. No HTTP here.
//!
//! Tenants and players are those of the session, so that nobody reaches another one's. What
//! operators change is in the operation log, in the transaction that makes the change.

use cloudapp_runtime::lottery::WinningRow;
use cloudapp_runtime::order::{Address, Imported, OrderDraft, OrderRow, Shipping, Tracking};
use cloudapp_runtime::prelude::*;

use super::dto::{AdminQuery, AdminView, OrderQuery, View};

/// Most addresses that one request encrypts anew.
const RESEALED_MAX: u64 = 500;

/// Shipments as they are shown: with their addresses and what is in them.
async fn views(ctx: &Context, orders: Vec<OrderRow>) -> AppResult<Vec<View>> {
    let within = ctx.orders().within(&orders).await?;
    let views = orders.into_iter().map(|order| {
        let address = ctx.orders().address(&order)?;
        let winnings = within.get(&order.order_no).map_or(&[][..], Vec::as_slice);
        Ok(View::new(&order, address, winnings))
    });
    views.collect()
}

async fn view(ctx: &Context, order: OrderRow) -> AppResult<View> {
    let none = || AppError::internal("a shipment without view");
    views(ctx, vec![order]).await?.pop().ok_or_else(none)
}

async fn admin_view(ctx: &Context, order: OrderRow) -> AppResult<AdminView> {
    Ok(AdminView::new(&order, view(ctx, order.clone()).await?))
}

/// Puts winnings of the player into a shipment.
pub async fn create(ctx: &Context, player: &Player, draft: OrderDraft) -> AppResult<View> {
    let order = ctx.orders().create(player, draft).await?;
    view(ctx, order).await
}

/// The player's shipments of an activity, newest first.
pub async fn of_player(
    ctx: &Context,
    player: &Player,
    query: &OrderQuery,
) -> AppResult<Slice<View>> {
    let keyset = query.keyset();
    let which = (query.act_id, query.order_status);
    let orders = ctx.orders();
    let rows = orders.of_player(player, which, keyset.after(), keyset.limit());
    Ok(Slice::new(views(ctx, rows.await?).await?, &keyset, |row| {
        row.id
    }))
}

/// A shipment of the player.
pub async fn get_of(ctx: &Context, player: &Player, of: (Id, Id)) -> AppResult<View> {
    let order = ctx.orders().get_of(player, of).await?;
    view(ctx, order).await
}

/// Sends a shipment of the player elsewhere.
pub async fn set_address_of(
    ctx: &Context,
    player: &Player,
    of: (Id, Id),
    address: &Address,
) -> AppResult<View> {
    let order = ctx.orders().set_address_of(player, of, address).await?;
    view(ctx, order).await
}

/// Chooses the variant of something that the player has won.
pub async fn choose_variant(
    ctx: &Context,
    player: &Player,
    of: (Id, Id),
    sku_id: &str,
) -> AppResult<WinningRow> {
    ctx.orders().choose_variant(player, of, sku_id).await
}

/// A part of the tenant's shipments, newest first.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &AdminQuery,
) -> AppResult<Slice<AdminView>> {
    let (filter, keyset) = (query.filter(), query.keyset());
    let orders = ctx.orders();
    let rows = orders.list(&operator.app_id, &filter, keyset.after(), keyset.limit());
    let rows = rows.await?;
    let views = views(ctx, rows.clone()).await?;
    let rows = rows.iter().zip(views);
    let rows = rows.map(|(row, view)| AdminView::new(row, view)).collect();
    Ok(Slice::new(rows, &keyset, |row: &AdminView| row.view.id))
}

/// One shipment.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<AdminView> {
    let order = ctx.orders().get(&operator.app_id, id).await?;
    admin_view(ctx, order).await
}

/// Gives a shipment another state.
pub async fn set_status(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    shipping: Shipping,
) -> AppResult<AdminView> {
    let log = ctx.oplog().by(operator).await?;
    let orders = ctx.orders().by(&log);
    let order = orders.set_status(&operator.app_id, id, shipping).await?;
    admin_view(ctx, order).await
}

/// Says something about a shipment.
pub async fn set_remark(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    remark: &str,
) -> AppResult<AdminView> {
    let log = ctx.oplog().by(operator).await?;
    let orders = ctx.orders().by(&log);
    let order = orders.set_remark(&operator.app_id, id, remark).await?;
    admin_view(ctx, order).await
}

/// Sends a shipment elsewhere.
pub async fn set_address(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    address: &Address,
) -> AppResult<AdminView> {
    let log = ctx.oplog().by(operator).await?;
    let orders = ctx.orders().by(&log);
    let order = orders.set_address(&operator.app_id, id, address).await?;
    admin_view(ctx, order).await
}

/// Ships what rows name.
pub async fn import(
    ctx: &Context,
    operator: &Operator,
    rows: &[Tracking],
) -> AppResult<Vec<Imported>> {
    let log = ctx.oplog().by(operator).await?;
    let orders = ctx.orders().by(&log);
    orders.import(&operator.app_id, rows).await
}

/// Encrypts addresses with the current key that have an earlier one.
pub async fn reseal(ctx: &Context, operator: &Operator) -> AppResult<u64> {
    ctx.orders().reseal(&operator.app_id, RESEALED_MAX).await
}
