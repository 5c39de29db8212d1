//! Routes of operators: the articles of their tenant, drafts included.

use cloudapp_runtime::content::{Change, Places, Release};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::cms::dto::article::{AdminQuery, AdminView, Input};
use crate::modules::cms::service::article as service;
use crate::modules::cms::{READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(get, replace, remove))
        .routes(routes!(release))
}

/// One page of articles, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/cms-articles",
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

/// Creates an article.
#[utoipa::path(
    post,
    path = "/admin/cms-articles",
    tag = "Articles",
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

/// Gives articles their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/cms-articles/sort",
    tag = "Articles",
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

/// One article.
#[utoipa::path(
    get,
    path = "/admin/cms-articles/{id}",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the article")),
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

/// Replaces what an article is; its activity and place stay.
#[utoipa::path(
    put,
    path = "/admin/cms-articles/{id}",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the article")),
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

/// Removes an article.
#[utoipa::path(
    delete,
    path = "/admin/cms-articles/{id}",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the article")),
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

/// Shows an article to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/cms-articles/{id}/release",
    tag = "Articles",
    params(("id" = Id, Path, description = "Id of the article")),
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
