//! Routes of operators: the links of their tenant.

use cloudapp_runtime::content::{Change, Places, Release};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::friend_link::dto::{AdminView, Input};
use crate::modules::friend_link::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(get, replace, remove))
        .routes(routes!(release))
}

/// One page of links, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/friend-links",
    tag = "Friend links",
    params(PageQuery),
    responses((status = 200, body = Envelope<Page<AdminView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<PageQuery>,
) -> AppResult<Reply<Page<AdminView>>> {
    operator.require(READ)?;
    let rows = service::list(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(AdminView::from)))
}

/// Creates a link.
#[utoipa::path(
    post,
    path = "/admin/friend-links",
    tag = "Friend links",
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

/// Gives links their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/friend-links/sort",
    tag = "Friend links",
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

/// One link.
#[utoipa::path(
    get,
    path = "/admin/friend-links/{id}",
    tag = "Friend links",
    params(("id" = Id, Path, description = "Id of the link")),
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

/// Replaces what a link is.
#[utoipa::path(
    put,
    path = "/admin/friend-links/{id}",
    tag = "Friend links",
    params(("id" = Id, Path, description = "Id of the link")),
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

/// Removes a link.
#[utoipa::path(
    delete,
    path = "/admin/friend-links/{id}",
    tag = "Friend links",
    params(("id" = Id, Path, description = "Id of the link")),
    responses((status = 200, body = Envelope<Done>)),
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

/// Shows a link to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/friend-links/{id}/release",
    tag = "Friend links",
    params(("id" = Id, Path, description = "Id of the link")),
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
