//! Routes of players: they see released themes, as their version of the client needs them.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::theme::dto::version::{ClientView, VersionQuery};
use crate::modules::theme::dto::{skin, theme};
use crate::modules::theme::service;

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(skins))
}

/// One page of released themes, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/themes",
    tag = "Themes",
    params(theme::ListQuery),
    responses((status = 200, body = Envelope<Page<theme::View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<theme::ListQuery>,
) -> AppResult<Reply<Page<theme::View>>> {
    let rows = service::theme::shown(&ctx, &player, &query).await?;
    Ok(Reply(rows.map(theme::View::from)))
}

/// One theme, with the description for a version of the client.
#[utoipa::path(
    get,
    path = "/client/themes/{id}",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the theme"), VersionQuery),
    responses((status = 200, body = Envelope<ClientView>)),
)]
async fn get(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    Query(query): Query<VersionQuery>,
) -> AppResult<Reply<ClientView>> {
    let theme = service::theme::shown_one(&ctx, &player, id).await?;
    let version = service::version::of_client(&ctx, &player, theme.id, &query).await?;
    Ok(Reply(ClientView::new(theme, version)))
}

/// One page of the skins of a theme, in the operator's order.
#[utoipa::path(
    get,
    path = "/client/themes/{id}/skins",
    tag = "Themes",
    params(("id" = Id, Path, description = "Id of the theme"), PageQuery),
    responses((status = 200, body = Envelope<Page<skin::View>>)),
)]
async fn skins(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    Query(query): Query<PageQuery>,
) -> AppResult<Reply<Page<skin::View>>> {
    let rows = service::skin::shown(&ctx, &player, id, &query).await?;
    Ok(Reply(rows.map(skin::View::from)))
}
