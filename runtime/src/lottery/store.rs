//! The statements of draws.

use std::collections::{BTreeMap, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::draw::DrawRequest;
use super::entity::{count, draw, prize, roster, rule};
use super::pool::unsigned;
use crate::auth::Player;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

pub(super) use crate::task::only_key;

/// Prizes of draws, not of tasks or exchanges.
pub(super) const OF_DRAWS: i32 = 0;

/// How often a player has drawn in a module, locked until the transaction ends.
pub(super) async fn lock_count(
    conn: &impl ConnectionTrait,
    player: &Player,
    request: &DrawRequest,
) -> AppResult<Option<count::Model>> {
    let row = count_of(player, request.act_id, request.module_id).lock_exclusive();
    Ok(row.one(conn).await?)
}

/// The row of a player's draws in a module.
pub(super) fn count_of(
    player: &Player,
    act_id: Id,
    module_id: Id,
) -> sea_orm::Select<count::Entity> {
    use count::Column;
    count::Entity::find()
        .filter(Column::UserId.eq(player.user_id))
        .filter(Column::AppId.eq(&player.app_id))
        .filter(Column::ActId.eq(act_id))
        .filter(Column::ModuleId.eq(module_id))
}

/// Writes how often a player has drawn, on the condition that it is as it was read.
pub(super) async fn save_count(
    conn: &impl ConnectionTrait,
    old: Option<&count::Model>,
    new: count::Model,
) -> AppResult<()> {
    use count::Column;
    let Some(old) = old else {
        count::Entity::insert(new.into_active_model())
            .exec_without_returning(conn)
            .await?;
        return Ok(());
    };
    let done = count::Entity::update_many()
        .col_expr(Column::DrawCount, Expr::value(new.draw_count))
        .col_expr(Column::DayCount, Expr::value(new.day_count))
        .col_expr(Column::DrawDay, Expr::value(new.draw_day))
        .col_expr(Column::MissCount, Expr::value(new.miss_count))
        .col_expr(Column::Version, Expr::value(old.version + 1))
        .col_expr(Column::UpdatedAt, Expr::value(new.updated_at))
        .filter(Column::UserId.eq(old.user_id))
        .filter(Column::Id.eq(old.id))
        .filter(Column::Version.eq(old.version))
        .exec(conn)
        .await?;
    match done.rows_affected {
        1 => Ok(()),
        _ => Err(again("the player drew at the same time")),
    }
}

/// Somebody else was quicker: the transaction is to be done again.
fn again(reason: &'static str) -> AppError {
    AppError::new(ErrorCode::BUSY).with_source(reason)
}

/// Draws that were made with a key.
pub(super) async fn draw_of(
    conn: &impl ConnectionTrait,
    user_id: Id,
    only_key: &str,
) -> AppResult<Option<draw::Model>> {
    let row = draw::Entity::find()
        .filter(draw::Column::UserId.eq(user_id))
        .filter(draw::Column::OnlyKey.eq(only_key));
    Ok(row.one(conn).await?)
}

/// How draws of a module go.
pub(super) async fn rule_of(
    conn: &impl ConnectionTrait,
    app_id: &str,
    (act_id, module_id): (Id, Id),
) -> AppResult<Option<rule::Model>> {
    use rule::Column;
    let row = rule::Entity::find()
        .filter(Column::AppId.eq(app_id))
        .filter(Column::ActId.eq(act_id))
        .filter(Column::ModuleId.eq(module_id));
    Ok(row.one(conn).await?)
}

/// The prizes that draws of a module choose from, by id.
pub(super) async fn pool_of(
    conn: &impl ConnectionTrait,
    app_id: &str,
    (act_id, module_id): (Id, Id),
) -> AppResult<Vec<prize::Model>> {
    use prize::Column;
    let rows = prize::Entity::find()
        .filter(Column::AppId.eq(app_id))
        .filter(Column::ActId.eq(act_id))
        .filter(Column::ModuleId.eq(module_id))
        .filter(Column::AscriptionType.eq(OF_DRAWS))
        .filter(Column::IsRelease.eq(true))
        .filter(Column::IsDel.eq(false))
        .order_by_asc(Column::Id);
    Ok(rows.all(conn).await?)
}

/// How many a player has won of these prizes.
pub(super) async fn won_of(
    conn: &impl ConnectionTrait,
    user_id: Id,
    prizes: &[Id],
) -> AppResult<HashMap<Id, u64>> {
    use roster::Column;
    if prizes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Id, i64)> = roster::Entity::find()
        .select_only()
        .column(Column::PrizeId)
        .column_as(Column::Id.count(), "won")
        .filter(Column::UserId.eq(user_id))
        .filter(Column::PrizeId.is_in(prizes.iter().copied()))
        .group_by(Column::PrizeId)
        .into_tuple()
        .all(conn)
        .await?;
    let won = rows.into_iter().map(|(id, won)| (id, unsigned(won)));
    Ok(won.collect())
}

/// Adds winnings.
pub(super) async fn add_winnings(
    conn: &impl ConnectionTrait,
    rows: Vec<roster::Model>,
) -> AppResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| row.into_active_model());
    roster::Entity::insert_many(rows)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Adds a draw.
pub(super) async fn add_draw(conn: &impl ConnectionTrait, row: draw::Model) -> AppResult<()> {
    draw::Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Takes prizes from stock, on the condition that they are there and shown; in the order of their
/// ids, so that two who take several never wait for each other.
pub(super) async fn take(conn: &impl ConnectionTrait, prizes: &BTreeMap<Id, i64>) -> AppResult<()> {
    use prize::Column;
    for (id, count) in prizes {
        let done = prize::Entity::update_many()
            .col_expr(Column::Surplus, Expr::col(Column::Surplus).sub(*count))
            .col_expr(Column::HandOut, Expr::col(Column::HandOut).add(*count))
            .filter(Column::Id.eq(*id))
            .filter(Column::Surplus.gte(*count))
            .filter(Column::IsRelease.eq(true))
            .filter(Column::IsDel.eq(false))
            .exec(conn)
            .await?;
        if done.rows_affected != 1 {
            return Err(again("somebody else won the last one"));
        }
    }
    Ok(())
}
