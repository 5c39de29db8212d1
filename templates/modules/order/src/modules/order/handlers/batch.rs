//! Routes of operators: what is done to many shipments at once.

#[cfg(feature = "xlsx")]
use cloudapp_runtime::excel::Spreadsheet;
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

#[cfg(feature = "xlsx")]
use crate::modules::order::READ;
#[cfg(feature = "xlsx")]
use crate::modules::order::dto::AdminQuery;
use crate::modules::order::dto::{ImportInput, ImportView, ResealedView};
use crate::modules::order::{WRITE, service};

/// All of them.
pub fn routes() -> Router {
    let routes = Router::new()
        .routes(routes!(import))
        .routes(routes!(reseal));
    #[cfg(feature = "xlsx")]
    let routes = routes.routes(routes!(export));
    routes
}

/// Ships what rows or a spreadsheet name, and says of each row what became of it. The same again
/// changes nothing.
#[utoipa::path(
    post,
    path = "/admin/orders/import",
    tag = "Shipments",
    request_body = ImportInput,
    responses((status = 200, body = Envelope<ImportView>)),
)]
async fn import(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<ImportInput>,
) -> AppResult<Reply<ImportView>> {
    operator.require(WRITE)?;
    let rows = input.into_rows()?;
    let report = service::import(&ctx, &operator, &rows).await?;
    Ok(Reply(report.into()))
}

/// Encrypts up to 500 addresses with the current key that have an earlier one.
#[utoipa::path(
    post,
    path = "/admin/orders/reseal",
    tag = "Shipments",
    responses((status = 200, body = Envelope<ResealedView>)),
)]
async fn reseal(State(ctx): State<Context>, operator: Operator) -> AppResult<Reply<ResealedView>> {
    operator.require(WRITE)?;
    let resealed = service::reseal(&ctx, &operator).await?;
    Ok(Reply(ResealedView { resealed }))
}

/// The tenant's shipments as a spreadsheet of all rows, newest first, addresses included.
#[cfg(feature = "xlsx")]
#[utoipa::path(
    get,
    path = "/admin/orders.xlsx",
    tag = "Shipments",
    params(AdminQuery),
    responses((
        status = 200,
        description = "A file",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        body = Vec<u8>,
    )),
)]
async fn export(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<AdminQuery>,
) -> AppResult<Spreadsheet> {
    operator.require(READ)?;
    let (orders, filter) = (ctx.orders(), query.filter());
    let sheet = orders.export(&operator.app_id, &filter).await?;
    Ok(sheet.named("orders.xlsx"))
}
