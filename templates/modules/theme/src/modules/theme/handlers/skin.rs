//! Routes of operators: the skins of their themes.

use cloudapp_runtime::content::Places;
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::theme::dto::skin::{AdminQuery, AdminView, Input};
use crate::modules::theme::service::skin as service;
use crate::modules::theme::{READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(get, replace, remove))
}

/// One page of skins, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/skins",
    tag = "Themes",
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

/// Creates a skin.
#[utoipa::path(
    post,
    path = "/admin/skins",
    tag = "Themes",
    request_body = Input,
    responses(
        (status = 201, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the tenant has a skin of this `out_id`"),
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

/// Gives skins their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/skins/sort",
    tag = "Themes",
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

/// One skin.
#[utoipa::path(
    get,
    path = "/admin/skins/{id}",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the skin")),
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

/// Replaces what a skin is; its theme stays.
#[utoipa::path(
    put,
    path = "/admin/skins/{id}",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the skin")),
    request_body = Input,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the tenant has a skin of this `out_id`"),
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

/// Removes a skin.
#[utoipa::path(
    delete,
    path = "/admin/skins/{id}",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the skin")),
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
