//! Routes of players: they see the goods that an activity shows.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::goods::dto::launch::{ListQuery, View};
use crate::modules::goods::service::launch;

/// All of them.
pub fn routes() -> Router {
    Router::new().routes(routes!(list))
}

/// One page of the goods that an activity shows, newest first.
#[utoipa::path(
    get,
    path = "/client/goods",
    tag = "Goods",
    params(ListQuery),
    responses((status = 200, body = Envelope<Page<View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<ListQuery>,
) -> AppResult<Reply<Page<View>>> {
    let rows = launch::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(View::from)))
}
