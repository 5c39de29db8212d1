//! Routes of players: they read what is released.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::cms::dto::article::{ListQuery, View};
use crate::modules::cms::service::article;

/// All of them.
pub fn routes() -> Router {
    Router::new().routes(routes!(list)).routes(routes!(get))
}

/// One page of the released articles of a place, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/cms-articles",
    tag = "Articles",
    params(ListQuery),
    responses((status = 200, body = Envelope<Page<View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<ListQuery>,
) -> AppResult<Reply<Page<View>>> {
    let rows = article::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(View::from)))
}

/// One released article.
#[utoipa::path(
    get,
    path = "/client/cms-articles/{id}",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the article")),
    responses((status = 200, body = Envelope<View>)),
)]
async fn get(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
) -> AppResult<Reply<View>> {
    let row = article::shown_one(&ctx, &player, id).await?;
    Ok(Reply(row.into()))
}
