//! Routes of players: they see what is released.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::friend_link::dto::View;
use crate::modules::friend_link::service;

/// All of them.
pub fn routes() -> Router {
    Router::new().routes(routes!(list))
}

/// One page of released links, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/friend-links",
    tag = "Friend links",
    params(PageQuery),
    responses((status = 200, body = Envelope<Page<View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<PageQuery>,
) -> AppResult<Reply<Page<View>>> {
    let rows = service::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(View::from)))
}
