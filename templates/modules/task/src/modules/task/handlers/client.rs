//! Routes of players: their tasks, what they did, what they claim.

use cloudapp_runtime::guard::IdempotencyKey;
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::task::TaskView;

use crate::modules::task::dto::{ActInput, ActedView, ClaimInput, ListQuery, PaidView};
use crate::modules::task::service;

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list))
        .routes(routes!(act))
        .routes(routes!(claim))
}

/// The player's open tasks, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/tasks",
    tag = "Tasks",
    params(ListQuery),
    responses((status = 200, body = Envelope<Vec<TaskView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<ListQuery>,
) -> AppResult<Reply<Vec<TaskView>>> {
    Ok(Reply(service::of_player(&ctx, &player, query).await?))
}

/// Counts what the player did, and pays where the task pays at once. With an `Idempotency-Key` the
/// same request again counts nothing more.
#[utoipa::path(
    post,
    path = "/client/tasks/{id}/act",
    tag = "Tasks",
    params(("id" = Id, Path, description = "Id of the task")),
    request_body = ActInput,
    responses(
        (status = 200, body = Envelope<ActedView>),
        (status = 404, description = "`no_user`: there is no such inviter"),
        (
            status = 409,
            description = "`task_done`, `task_today`: nothing more counts for now; `task_closed`: \
                           the task is not open; `task_refused`: it does not count",
        ),
    ),
)]
async fn act(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    key: Option<IdempotencyKey>,
    Json(input): Json<ActInput>,
) -> AppResult<Reply<ActedView>> {
    let deed = input.into_deed(key.map(|key| key.as_str().to_owned()));
    Ok(Reply(service::act(&ctx, &player, id, &deed).await?))
}

/// Pays all finished rounds of a task, or of one part of it.
#[utoipa::path(
    post,
    path = "/client/tasks/{id}/claim",
    tag = "Tasks",
    params(("id" = Id, Path, description = "Id of the task")),
    request_body = ClaimInput,
    responses(
        (status = 200, body = Envelope<PaidView>),
        (
            status = 409,
            description = "`task_not_ready`: nothing is finished; `task_done`: all is paid; \
                           `task_closed`: the task is not open; `over_limit`: the balance would \
                           be too large",
        ),
    ),
)]
async fn claim(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    Json(input): Json<ClaimInput>,
) -> AppResult<Reply<PaidView>> {
    let paid = service::claim(&ctx, &player, id, &input.sub_type).await?;
    Ok(Reply(paid))
}
