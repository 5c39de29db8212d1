//! Routes of players: they see what coupons are worth.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::coupon::dto::{ListQuery, View};
use crate::modules::coupon::service;

/// All of them.
pub fn routes() -> Router {
    Router::new().routes(routes!(list))
}

/// One page of coupons that have not ended, newest first.
#[utoipa::path(
    get,
    path = "/client/coupons",
    tag = "Coupons",
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
