//! Routes of players: they see the gears that hold.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::price::dto::{ListQuery, View};
use crate::modules::price::service;

/// All of them.
pub fn routes() -> Router {
    Router::new().routes(routes!(list))
}

/// One page of the price gears that hold, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/price-gears",
    tag = "Price gears",
    params(ListQuery),
    responses((status = 200, body = Envelope<Page<View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<ListQuery>,
) -> AppResult<Reply<Page<View>>> {
    let rows = service::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(View::from)))
}
