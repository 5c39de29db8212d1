//! Routes of players: they draw, and see prizes, winners and what they have won.

use cloudapp_runtime::guard::IdempotencyKey;
use cloudapp_runtime::http::routes;
use cloudapp_runtime::lottery::{DrawResult, Winner};
use cloudapp_runtime::prelude::*;

use crate::modules::prize::dto::{
    DrawInput, LotteryQuery, LotteryView, PrizeView, ShownQuery, WinnersQuery, WinningQuery,
    WinningView,
};
use crate::modules::prize::service;

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(draw))
        .routes(routes!(lottery))
        .routes(routes!(prizes))
        .routes(routes!(winners))
        .routes(routes!(winnings))
}

/// Draws, once or several times in a row, all or none. With an `Idempotency-Key` the same request
/// again draws nothing more.
#[utoipa::path(
    post,
    path = "/client/draws",
    tag = "Prizes",
    request_body = DrawInput,
    responses(
        (status = 200, body = Envelope<Vec<DrawResult>>),
        (status = 404, description = "`no_module`: there are no draws here"),
        (
            status = 409,
            description = "`no_enough`: the balance does not suffice; `lottery_closed`: there are \
                           no draws now; `lottery_limit`: the player has drawn as often as he may; \
                           `lottery_sold_out`: nothing is left",
        ),
    ),
)]
async fn draw(
    State(ctx): State<Context>,
    player: Player,
    key: Option<IdempotencyKey>,
    Json(input): Json<DrawInput>,
) -> AppResult<Reply<Vec<DrawResult>>> {
    let request = input.into_request(key.map(|key| key.as_str().to_owned()));
    Ok(Reply(service::draw(&ctx, &player, &request).await?))
}

/// How draws of a module go, and how often the player may still draw.
#[utoipa::path(
    get,
    path = "/client/lottery",
    tag = "Prizes",
    params(LotteryQuery),
    responses(
        (status = 200, body = Envelope<LotteryView>),
        (status = 404, description = "`no_module`: there are no draws here"),
    ),
)]
async fn lottery(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<LotteryQuery>,
) -> AppResult<Reply<LotteryView>> {
    let (rule, left) = service::rule_for(&ctx, &player, &query).await?;
    Ok(Reply(LotteryView::new(rule, left, ctx.now())))
}

/// One page of the released prizes, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/prizes",
    tag = "Prizes",
    params(ShownQuery),
    responses((status = 200, body = Envelope<Page<PrizeView>>)),
)]
async fn prizes(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<ShownQuery>,
) -> AppResult<Reply<Page<PrizeView>>> {
    let rows = service::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(PrizeView::from)))
}

/// The last winners of an activity, newest first; a minute late, at most.
#[utoipa::path(
    get,
    path = "/client/winners",
    tag = "Prizes",
    params(WinnersQuery),
    responses((status = 200, body = Envelope<Vec<Winner>>)),
)]
async fn winners(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<WinnersQuery>,
) -> AppResult<Reply<Vec<Winner>>> {
    let winners = service::winners(&ctx, &player, query.act_id).await?;
    Ok(Reply(winners))
}

/// What the player has won in an activity, newest first.
#[utoipa::path(
    get,
    path = "/client/winnings",
    tag = "Prizes",
    params(WinningQuery),
    responses((status = 200, body = Envelope<Slice<WinningView>>)),
)]
async fn winnings(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<WinningQuery>,
) -> AppResult<Reply<Slice<WinningView>>> {
    let rows = service::winnings_of(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(WinningView::from)))
}
