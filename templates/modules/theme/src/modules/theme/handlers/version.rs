//! Routes of operators: what versions of the client need of a theme.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::theme::dto::version::{AdminView, Input};
use crate::modules::theme::service::version as service;
use crate::modules::theme::{READ, WRITE};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, save))
        .routes(routes!(remove))
}

/// One page of the versions of a theme, newest first.
#[utoipa::path(
    get,
    path = "/admin/themes/{id}/versions",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the theme"), PageQuery),
    responses((status = 200, body = Envelope<Page<AdminView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Query(page): Query<PageQuery>,
) -> AppResult<Reply<Page<AdminView>>> {
    operator.require(READ)?;
    let rows = service::list(&ctx, &operator, id, &page).await?;
    Ok(Reply(rows.map(AdminView::from)))
}

/// Says what a version of the client needs of a theme, whether it was said before or not.
#[utoipa::path(
    put,
    path = "/admin/themes/{id}/versions",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the theme")),
    request_body = Input,
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn save(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<Input>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::save(&ctx, &operator, id, input).await?;
    Ok(Reply(row.into()))
}

/// Removes a version of a theme.
#[utoipa::path(
    delete,
    path = "/admin/themes/{id}/versions/{version_id}",
    tag = "Themes",
    params(
        ("id" = Id, Path, description = "Id of the theme"),
        ("version_id" = Id, Path, description = "Id of the version"),
    ),
    responses((status = 200, body = Envelope<Done>)),
)]
async fn remove(
    State(ctx): State<Context>,
    operator: Operator,
    Path((id, version_id)): Path<(Id, Id)>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::remove(&ctx, &operator, id, version_id).await?;
    Ok(Reply(Done))
}
