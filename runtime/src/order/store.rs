//! The statements of shipments.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::draft::OrderDraft;
use super::entity::{Column, Entity, Model};
use super::orders::WINNINGS_MAX;
use crate::auth::Player;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::lottery::{WinningRow, roster};
use crate::types::Id;

/// A winning that is in no shipment.
pub(super) const FREE: i32 = 0;
/// A winning that is in one.
const ORDERED: i32 = 1;
/// Goods that are to be shipped.
pub(super) const TO_SHIP: i32 = 2;

/// A shipment that was made with a key.
pub(super) async fn order_of(
    conn: &impl ConnectionTrait,
    user_id: Id,
    only_key: &str,
) -> AppResult<Option<Model>> {
    let row = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::OnlyKey.eq(only_key));
    Ok(row.one(conn).await?)
}

/// The winnings that are asked for, or all that are to be shipped, locked until the transaction
/// ends; in the order of their ids, so that two who lock several never wait for each other.
pub(super) async fn lock_winnings(
    conn: &impl ConnectionTrait,
    player: &Player,
    draft: &OrderDraft,
) -> AppResult<Vec<WinningRow>> {
    let mut rows = roster::Entity::find()
        .filter(roster::Column::UserId.eq(player.user_id))
        .filter(roster::Column::AppId.eq(&player.app_id))
        .filter(roster::Column::ActId.eq(draft.act_id));
    rows = match draft.winnings.is_empty() {
        true => rows
            .filter(roster::Column::PrizeStatus.eq(FREE))
            .filter(roster::Column::GoodsType.eq(TO_SHIP)),
        false => rows.filter(roster::Column::Id.is_in(draft.winnings.iter().copied())),
    };
    let rows = rows
        .order_by_asc(roster::Column::Id)
        .limit(WINNINGS_MAX as u64)
        .lock_exclusive();
    Ok(rows.all(conn).await?)
}

/// Marks winnings as being in a shipment, on the condition that they are in none.
pub(super) async fn put_into(
    conn: &impl ConnectionTrait,
    user_id: Id,
    winnings: &[Id],
    order_no: &str,
) -> AppResult<()> {
    let done = roster::Entity::update_many()
        .col_expr(roster::Column::PrizeStatus, Expr::value(ORDERED))
        .col_expr(roster::Column::OrderNo, Expr::value(order_no))
        .filter(roster::Column::UserId.eq(user_id))
        .filter(roster::Column::Id.is_in(winnings.iter().copied()))
        .filter(roster::Column::PrizeStatus.eq(FREE))
        .exec(conn)
        .await?;
    match done.rows_affected == winnings.len() as u64 {
        true => Ok(()),
        false => {
            let reason = "a winning was put into another shipment";
            Err(AppError::new(ErrorCode::BUSY).with_source(reason))
        }
    }
}

/// What is in a shipment.
pub(super) async fn winnings_in(
    conn: &impl ConnectionTrait,
    user_id: Id,
    order_no: &str,
) -> AppResult<Vec<WinningRow>> {
    let rows = roster::Entity::find()
        .filter(roster::Column::UserId.eq(user_id))
        .filter(roster::Column::OrderNo.eq(order_no))
        .order_by_asc(roster::Column::Id);
    Ok(rows.all(conn).await?)
}

/// Says of what is in a shipment whether it was sent, as the shipment has it; refunded and complete
/// ones leave that as it was.
pub(super) async fn set_logistics(conn: &impl ConnectionTrait, order: &Model) -> AppResult<()> {
    if !(0..=2).contains(&order.order_status) {
        return Ok(());
    }
    roster::Entity::update_many()
        .col_expr(
            roster::Column::LogisticsStatus,
            Expr::value(order.order_status),
        )
        .filter(roster::Column::UserId.eq(order.user_id))
        .filter(roster::Column::OrderNo.eq(&order.order_no))
        .exec(conn)
        .await?;
    Ok(())
}

/// A shipment of a player, locked until the transaction ends.
pub(super) async fn lock_order(
    conn: &impl ConnectionTrait,
    app_id: &str,
    (user_id, id): (Id, Id),
) -> AppResult<Model> {
    let row = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Id.eq(id))
        .filter(Column::AppId.eq(app_id))
        .lock_exclusive();
    row.one(conn).await?.ok_or_else(AppError::not_found)
}
