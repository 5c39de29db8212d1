//! What can be done with prizes and draws. No HTTP here.
//!
//! Tenants and players are those of the session, so that nobody reaches another one's. What
//! operators change is in the operation log, in the transaction that makes the change.

use cloudapp_runtime::auth;
use cloudapp_runtime::content::{Change, Places};
use cloudapp_runtime::lottery::{
    DrawRequest, DrawResult, DrawRow, PrizeRow, RuleRow, Winner, WinningRow,
};
use cloudapp_runtime::prelude::*;

use super::dto::{
    AdminWinningQuery, DrawQuery, LotteryQuery, PrizeInput, PrizeQuery, RuleInput, RuleQuery,
    ShownQuery, WinningQuery,
};

/// Draws for the player.
pub async fn draw(
    ctx: &Context,
    player: &Player,
    request: &DrawRequest,
) -> AppResult<Vec<DrawResult>> {
    let drawn = ctx.lottery().draw(player, request).await?;
    Ok(drawn.results)
}

/// How draws go, and how often the player may still draw.
pub async fn rule_for(
    ctx: &Context,
    player: &Player,
    query: &LotteryQuery,
) -> AppResult<(RuleRow, Option<i64>)> {
    let place = (query.act_id, query.module_id);
    ctx.lottery().rule_for(player, place).await
}

/// One page of the prizes that players see.
pub async fn shown(
    ctx: &Context,
    player: &Player,
    query: &ShownQuery,
) -> AppResult<Page<PrizeRow>> {
    let (filter, page) = (query.filter(), query.page());
    let lottery = ctx.lottery();
    lottery.prizes(&player.app_id, &filter, &page).await
}

/// The last winners of an activity.
pub async fn winners(ctx: &Context, player: &Player, act_id: Id) -> AppResult<Vec<Winner>> {
    ctx.lottery().winners(&player.app_id, act_id).await
}

/// What the player has won, newest first.
pub async fn winnings_of(
    ctx: &Context,
    player: &Player,
    query: &WinningQuery,
) -> AppResult<Slice<WinningRow>> {
    let (filter, keyset) = (query.filter(), query.keyset());
    let lottery = ctx.lottery();
    let rows = lottery.winnings_of(player, &filter, keyset.after(), keyset.limit());
    Ok(Slice::new(rows.await?, &keyset, |row| row.id))
}

/// One page of the tenant's prizes.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &PrizeQuery,
) -> AppResult<Page<PrizeRow>> {
    let (filter, page) = (query.filter(), query.page());
    let lottery = ctx.lottery();
    lottery.prizes(&operator.app_id, &filter, &page).await
}

/// One prize.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<PrizeRow> {
    ctx.lottery().prize(&operator.app_id, id).await
}

/// Makes a prize.
pub async fn create(ctx: &Context, operator: &Operator, input: PrizeInput) -> AppResult<PrizeRow> {
    let log = ctx.oplog().by(operator).await?;
    let lottery = ctx.lottery().by(&log);
    lottery.create_prize(&operator.app_id, input.into()).await
}

/// Replaces what a prize is.
pub async fn replace(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    input: PrizeInput,
) -> AppResult<PrizeRow> {
    let log = ctx.oplog().by(operator).await?;
    let lottery = ctx.lottery().by(&log);
    let replaced = lottery.replace_prize(&operator.app_id, id, input.into());
    replaced.await
}

/// Releases a prize, hides it, removes it or brings it back.
pub async fn change(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    change: Change,
) -> AppResult<PrizeRow> {
    let log = ctx.oplog().by(operator).await?;
    let lottery = ctx.lottery().by(&log);
    lottery.change_prize(&operator.app_id, id, change).await
}

/// Gives prizes their places, all or none.
pub async fn sort(ctx: &Context, operator: &Operator, input: &Places) -> AppResult<()> {
    let log = ctx.oplog().by(operator).await?;
    let lottery = ctx.lottery().by(&log);
    lottery.sort_prizes(&operator.app_id, &input.places).await
}

/// One page of the rules of draws, newest first.
pub async fn rules(
    ctx: &Context,
    operator: &Operator,
    query: &RuleQuery,
) -> AppResult<Page<RuleRow>> {
    let page = query.page();
    ctx.lottery().rules(&operator.app_id, &page).await
}

/// Says how draws of a module are to go.
pub async fn save_rule(ctx: &Context, operator: &Operator, input: RuleInput) -> AppResult<RuleRow> {
    let log = ctx.oplog().by(operator).await?;
    let lottery = ctx.lottery().by(&log);
    lottery.save_rule(&operator.app_id, &input.into()).await
}

/// A part of the tenant's winnings, newest first.
pub async fn winnings(
    ctx: &Context,
    operator: &Operator,
    query: &AdminWinningQuery,
) -> AppResult<Slice<WinningRow>> {
    let (filter, keyset) = (query.filter(), query.keyset());
    let lottery = ctx.lottery();
    let rows = lottery.winnings(&operator.app_id, &filter, keyset.after(), keyset.limit());
    Ok(Slice::new(rows.await?, &keyset, |row| row.id))
}

/// A part of a player's draws, newest first.
pub async fn draws(
    ctx: &Context,
    operator: &Operator,
    query: &DrawQuery,
) -> AppResult<Slice<DrawRow>> {
    if !auth::is_player(ctx, &operator.app_id, query.user_id).await? {
        return Err(ErrorCode::NO_USER.into());
    }
    let player = Player {
        user_id: query.user_id,
        app_id: operator.app_id.clone(),
    };
    let keyset = query.keyset();
    let (after, limit) = (keyset.after(), keyset.limit());
    let lottery = ctx.lottery();
    let rows = lottery
        .draws_of(&player, query.act_id, after, limit)
        .await?;
    Ok(Slice::new(rows, &keyset, |row| row.id))
}
