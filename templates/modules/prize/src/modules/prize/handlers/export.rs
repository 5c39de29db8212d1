//! Routes of operators: prizes and winnings as spreadsheets.

use cloudapp_runtime::excel::Spreadsheet;
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::prize::READ;
use crate::modules::prize::dto::{AdminWinningQuery, PrizeQuery};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(export_prizes))
        .routes(routes!(export_winnings))
}

/// The tenant's prizes as a spreadsheet of all pages.
#[utoipa::path(
    get,
    path = "/admin/prizes.xlsx",
    tag = "Prizes",
    params(PrizeQuery),
    responses((
        status = 200,
        description = "A file",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        body = Vec<u8>,
    )),
)]
async fn export_prizes(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<PrizeQuery>,
) -> AppResult<Spreadsheet> {
    operator.require(READ)?;
    let (lottery, filter) = (ctx.lottery(), query.filter());
    let sheet = lottery.export_prizes(&operator.app_id, &filter).await?;
    Ok(sheet.named("prizes.xlsx"))
}

/// The tenant's winnings as a spreadsheet of all rows, newest first.
#[utoipa::path(
    get,
    path = "/admin/winnings.xlsx",
    tag = "Prizes",
    params(AdminWinningQuery),
    responses((
        status = 200,
        description = "A file",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        body = Vec<u8>,
    )),
)]
async fn export_winnings(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<AdminWinningQuery>,
) -> AppResult<Spreadsheet> {
    operator.require(READ)?;
    let (lottery, filter) = (ctx.lottery(), query.filter());
    let sheet = lottery.export_winnings(&operator.app_id, &filter).await?;
    Ok(sheet.named("winnings.xlsx"))
}
