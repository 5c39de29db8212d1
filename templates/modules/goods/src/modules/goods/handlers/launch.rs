//! Routes of operators: the goods of the shop that activities show.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::goods::dto::launch::{AdminQuery, AdminView, Input};
use crate::modules::goods::service::launch as service;
use crate::modules::goods::{READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(get, replace, remove))
}

/// One page of goods, newest first.
#[utoipa::path(
    get,
    path = "/admin/goods",
    tag = "Goods",
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

/// Creates a goods.
#[utoipa::path(
    post,
    path = "/admin/goods",
    tag = "Goods",
    request_body = Input,
    responses(
        (status = 201, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the activity has this goods"),
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

/// One goods.
#[utoipa::path(
    get,
    path = "/admin/goods/{id}",
    tag = "Goods",
    params(("id" = Id, Path, description = "Id of the goods")),
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

/// Replaces what a goods is; its activity and goods stay.
#[utoipa::path(
    put,
    path = "/admin/goods/{id}",
    tag = "Goods",
    params(("id" = Id, Path, description = "Id of the goods")),
    request_body = Input,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the activity has this goods"),
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

/// Removes a goods.
#[utoipa::path(
    delete,
    path = "/admin/goods/{id}",
    tag = "Goods",
    params(("id" = Id, Path, description = "Id of the goods")),
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
