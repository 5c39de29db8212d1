//! Routes of operators: the modules of their tenant.

use cloudapp_runtime::content::{Change, Places, Release};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::activity::dto::act_module::{AdminQuery, AdminView, Input};
use crate::modules::activity::service::act_module as service;
use crate::modules::activity::{READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(get, replace, remove))
        .routes(routes!(release))
        .routes(routes!(restore))
}

/// One page of modules, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/act-modules",
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

/// Creates a module.
#[utoipa::path(
    post,
    path = "/admin/act-modules",
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

/// Gives modules their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/act-modules/sort",
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

/// One module.
#[utoipa::path(
    get,
    path = "/admin/act-modules/{id}",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the module")),
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

/// Replaces what a module is; its activity stays.
#[utoipa::path(
    put,
    path = "/admin/act-modules/{id}",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the module")),
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

/// Removes a module; players no longer see it.
#[utoipa::path(
    delete,
    path = "/admin/act-modules/{id}",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the module")),
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

/// Shows a module to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/act-modules/{id}/release",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the module")),
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

/// Brings a module back that was removed; it stays hidden.
#[utoipa::path(
    post,
    path = "/admin/act-modules/{id}/restore",
    tag = "Activities",
    params(("id" = Id, Path, description = "Id of the module")),
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
