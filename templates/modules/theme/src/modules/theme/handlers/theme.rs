//! Routes of operators: the themes of their tenant.

use cloudapp_runtime::content::{Change, Places, Release};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::theme::dto::theme::{AdminQuery, AdminView, Input};
use crate::modules::theme::service::theme as service;
use crate::modules::theme::{PUBLIC, READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(get, replace))
        .routes(routes!(release))
}

/// One page of themes, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/themes",
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

/// Creates a theme. One for every tenant needs the permission `theme.public`.
#[utoipa::path(
    post,
    path = "/admin/themes",
    tag = "Themes",
    request_body = Input,
    responses(
        (status = 201, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the tenant has a theme of this `out_id`"),
    ),
)]
async fn create(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<Input>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    if input.ascription_type == 1 {
        operator.require(PUBLIC)?;
    }
    let row = service::create(&ctx, &operator, input).await?;
    Ok(Reply::created(row.into()))
}

/// Gives themes their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/themes/sort",
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

/// One theme.
#[utoipa::path(
    get,
    path = "/admin/themes/{id}",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the theme")),
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

/// Replaces what a theme is.
#[utoipa::path(
    put,
    path = "/admin/themes/{id}",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the theme")),
    request_body = Input,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the tenant has a theme of this `out_id`"),
    ),
)]
async fn replace(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<Input>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    if input.ascription_type == 1 {
        operator.require(PUBLIC)?;
    }
    let row = service::replace(&ctx, &operator, id, input).await?;
    Ok(Reply(row.into()))
}

/// Shows a theme to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/themes/{id}/release",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the theme")),
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
