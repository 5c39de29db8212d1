//! Routes of players: they see what is released.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::ip_series::dto::{ip_info, ip_type};
use crate::modules::ip_series::service;

/// All of them.
pub fn routes() -> Router {
    Router::new().routes(routes!(list)).routes(routes!(types))
}

/// One page of released series, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/ip-series",
    tag = "Series of characters",
    params(ip_info::ListQuery),
    responses((status = 200, body = Envelope<Page<ip_info::View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<ip_info::ListQuery>,
) -> AppResult<Reply<Page<ip_info::View>>> {
    let rows = service::ip_info::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(ip_info::View::from)))
}

/// One page of released types, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/ip-types",
    tag = "Series of characters",
    params(ip_type::ListQuery),
    responses((status = 200, body = Envelope<Page<ip_type::View>>)),
)]
async fn types(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<ip_type::ListQuery>,
) -> AppResult<Reply<Page<ip_type::View>>> {
    let rows = service::ip_type::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(ip_type::View::from)))
}
