//! Routes of operators: figures as spreadsheets.

use cloudapp_runtime::excel::Spreadsheet;
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::stat::READ;
use crate::modules::stat::dto::{TrendQuery, UserQuery};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(export_trend))
        .routes(routes!(export_users))
}

/// How metrics changed, as a spreadsheet.
#[utoipa::path(
    get,
    path = "/admin/stats/trend.xlsx",
    tag = "Statistics",
    params(TrendQuery),
    responses((
        status = 200,
        description = "A file",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        body = Vec<u8>,
    )),
)]
async fn export_trend(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<TrendQuery>,
) -> AppResult<Spreadsheet> {
    operator.require(READ)?;
    let (filter, unit, _) = query.into_parts(&operator.app_id);
    let sheet = ctx.stats().export_trend(&filter, unit).await?;
    Ok(sheet.named("statistics.xlsx"))
}

/// Players' figures by day, as a spreadsheet of all rows.
#[utoipa::path(
    get,
    path = "/admin/stats/users.xlsx",
    tag = "Statistics",
    params(UserQuery),
    responses((
        status = 200,
        description = "A file",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        body = Vec<u8>,
    )),
)]
async fn export_users(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<UserQuery>,
) -> AppResult<Spreadsheet> {
    operator.require(READ)?;
    let filter = query.into_filter(&operator.app_id);
    let sheet = ctx.stats().export_users(&filter).await?;
    Ok(sheet.named("players.xlsx"))
}
