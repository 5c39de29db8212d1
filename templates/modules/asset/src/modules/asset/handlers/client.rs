//! Routes of players: they see their own balances and journal.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::asset::dto::{AssetQuery, LogQuery, LogView, View};
use crate::modules::asset::service;

/// All of them.
pub fn routes() -> Router {
    Router::new().routes(routes!(list)).routes(routes!(log))
}

/// What the player has.
#[utoipa::path(
    get,
    path = "/client/assets",
    tag = "Assets",
    params(AssetQuery),
    responses((status = 200, body = Envelope<Vec<View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<AssetQuery>,
) -> AppResult<Reply<Vec<View>>> {
    let rows = service::of_player(&ctx, &player, &query).await?;
    Ok(Reply(rows.into_iter().map(View::from).collect()))
}

/// How it came about, newest first.
#[utoipa::path(
    get,
    path = "/client/assets/log",
    tag = "Assets",
    params(LogQuery),
    responses((status = 200, body = Envelope<Slice<LogView>>)),
)]
async fn log(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<LogQuery>,
) -> AppResult<Reply<Slice<LogView>>> {
    let rows = service::log_of_player(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(LogView::from)))
}
