//! Routes of players: they see what is released.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::activity::dto::{act_info, act_module};
use crate::modules::activity::service;

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(modules))
}

/// One page of released activities, in the operator's order; those that are over too.
#[utoipa::path(
    get,
    path = "/client/activities",
    tag = "Activities",
    params(act_info::ListQuery),
    responses((status = 200, body = Envelope<Page<act_info::View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<act_info::ListQuery>,
) -> AppResult<Reply<Page<act_info::View>>> {
    let rows = service::act_info::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(act_info::View::from)))
}

/// One released activity.
#[utoipa::path(
    get,
    path = "/client/activities/{act_id}",
    tag = "Activities",
    params(("act_id" = Id, Path, description = "Id of the activity")),
    responses(
        (status = 200, body = Envelope<act_info::View>),
        (status = 404, description = "`no_act`: there is none, or it is not released"),
    ),
)]
async fn get(
    State(ctx): State<Context>,
    player: Player,
    Path(act_id): Path<Id>,
) -> AppResult<Reply<act_info::View>> {
    let row = service::act_info::shown_one(&ctx, &player, act_id).await?;
    Ok(Reply(row.into()))
}

/// One page of released modules of an activity, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/act-modules",
    tag = "Activities",
    params(act_module::ListQuery),
    responses((status = 200, body = Envelope<Page<act_module::View>>)),
)]
async fn modules(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<act_module::ListQuery>,
) -> AppResult<Reply<Page<act_module::View>>> {
    let rows = service::act_module::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(act_module::View::from)))
}
