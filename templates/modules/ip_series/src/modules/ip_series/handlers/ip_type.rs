//! Routes of operators: the types of series of their tenant.

use cloudapp_runtime::content::{Change, Places, Release};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::ip_series::dto::ip_type::{AdminQuery, AdminView, Input};
use crate::modules::ip_series::service::ip_type as service;
use crate::modules::ip_series::{READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(get, replace, remove))
        .routes(routes!(release))
}

/// One page of types of series, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/ip-types",
    tag = "Series of characters",
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

/// Creates a type of series.
#[utoipa::path(
    post,
    path = "/admin/ip-types",
    tag = "Series of characters",
    request_body = Input,
    responses(
        (status = 201, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the activity has a type of this name"),
    ),
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

/// Gives types of series their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/ip-types/sort",
    tag = "Series of characters",
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

/// One type of series.
#[utoipa::path(
    get,
    path = "/admin/ip-types/{id}",
    tag = "Series of characters",
    params(("id" = Id, Path, description = "Id of the type of series")),
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

/// Replaces what a type of series is; its activity stays.
#[utoipa::path(
    put,
    path = "/admin/ip-types/{id}",
    tag = "Series of characters",
    params(("id" = Id, Path, description = "Id of the type of series")),
    request_body = Input,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the activity has a type of this name"),
    ),
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

/// Removes a type of series.
#[utoipa::path(
    delete,
    path = "/admin/ip-types/{id}",
    tag = "Series of characters",
    params(("id" = Id, Path, description = "Id of the type of series")),
    responses(
        (status = 200, body = Envelope<Done>),
        (status = 409, description = "`conflict`: series are of this type"),
    ),
)]
async fn remove(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::remove(&ctx, &operator, id).await?;
    Ok(Reply(Done))
}

/// Shows a type of series to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/ip-types/{id}/release",
    tag = "Series of characters",
    params(("id" = Id, Path, description = "Id of the type of series")),
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
