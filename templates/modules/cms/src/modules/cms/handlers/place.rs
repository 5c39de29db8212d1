//! Routes of operators: the places that articles are shown at.

use cloudapp_runtime::content::{Change, Release};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::cms::dto::place::{AdminQuery, AdminView, Input};
use crate::modules::cms::service::place as service;
use crate::modules::cms::{READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(get, replace, remove))
        .routes(routes!(release))
}

/// One page of places, newest first.
#[utoipa::path(
    get,
    path = "/admin/cms-places",
    tag = "Articles",
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

/// Creates a place.
#[utoipa::path(
    post,
    path = "/admin/cms-places",
    tag = "Articles",
    request_body = Input,
    responses(
        (status = 201, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the tenant has a place of this name"),
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

/// One place.
#[utoipa::path(
    get,
    path = "/admin/cms-places/{id}",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the place")),
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

/// Replaces what a place is.
#[utoipa::path(
    put,
    path = "/admin/cms-places/{id}",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the place")),
    request_body = Input,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the tenant has a place of this name"),
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

/// Removes a place.
#[utoipa::path(
    delete,
    path = "/admin/cms-places/{id}",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the place")),
    responses(
        (status = 200, body = Envelope<Done>),
        (status = 409, description = "`conflict`: it has articles"),
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

/// Shows a place to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/cms-places/{id}/release",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the place")),
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
