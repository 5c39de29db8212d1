//! Routes of operators: the activities of their tenant.

use cloudapp_runtime::content::{Change, Places, Release};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::activity::dto::act_info::{AdminQuery, AdminView, Input, Progress};
use crate::modules::activity::service::act_info as service;
use crate::modules::activity::{READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(get, replace, remove))
        .routes(routes!(release))
        .routes(routes!(restore))
        .routes(routes!(progress))
}

/// One page of activities, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/activities",
    tag = "Activities",
    params(AdminQuery),
    responses((status = 200, body = Envelope<Page<AdminView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<AdminQuery>,
) -> AppResult<Reply<Page<AdminView>>> {
    operator.require(READ)?;
    let rows = service::list(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(AdminView::from)))
}

/// Creates an activity.
#[utoipa::path(
    post,
    path = "/admin/activities",
    tag = "Activities",
    request_body = Input,
    responses((status = 201, body = Envelope<AdminView>)),
)]
async fn create(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<Input>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::create(&ctx, &operator, input).await?;
    Ok(Reply::created(row.into()))
}

/// Gives activities their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/activities/sort",
    tag = "Activities",
    request_body = Places,
    responses((status = 200, body = Envelope<Done>)),
)]
async fn sort(
    State(ctx): State<Context>,
    operator: Operator,
    Json(places): Json<Places>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::sort(&ctx, &operator, &places).await?;
    Ok(Reply(Done))
}

/// One activity.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the activity")),
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn get(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminView>> {
    operator.require(READ)?;
    let row = service::get(&ctx, &operator, id).await?;
    Ok(Reply(row.into()))
}

/// Replaces what an activity is.
#[utoipa::path(
    put,
    path = "/admin/activities/{id}",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the activity")),
    request_body = Input,
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn replace(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<Input>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::replace(&ctx, &operator, id, input).await?;
    Ok(Reply(row.into()))
}

/// Removes an activity; players no longer see it.
#[utoipa::path(
    delete,
    path = "/admin/activities/{id}",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the activity")),
    responses((status = 200, body = Envelope<Done>)),
)]
async fn remove(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::change(&ctx, &operator, id, Change::Remove).await?;
    Ok(Reply(Done))
}

/// Shows an activity to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/activities/{id}/release",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the activity")),
    request_body = Release,
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn release(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(release): Json<Release>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let change = Change::Release(release.is_release);
    let row = service::change(&ctx, &operator, id, change).await?;
    Ok(Reply(row.into()))
}

/// Brings an activity back that was removed; it stays hidden.
#[utoipa::path(
    post,
    path = "/admin/activities/{id}/restore",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the activity")),
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn restore(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::change(&ctx, &operator, id, Change::Restore).await?;
    Ok(Reply(row.into()))
}

/// Notes that a step of setting an activity up is done.
#[utoipa::path(
    post,
    path = "/admin/activities/{id}/progress",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the activity")),
    request_body = Progress,
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn progress(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<Progress>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::progress(&ctx, &operator, id, &input.finish_key).await?;
    Ok(Reply(row.into()))
}
