//! Routes of operators: the figures of their tenant.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::stat::{StatGroup, StatTrend, UserStat};

use crate::modules::stat::dto::{ReportQuery, TrendQuery, UserQuery};
use crate::modules::stat::{READ, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(totals))
        .routes(routes!(trend))
        .routes(routes!(users))
}

/// What each metric came to, by group.
#[utoipa::path(
    get,
    path = "/admin/stats",
    tag = "Statistics",
    params(ReportQuery),
    responses((status = 200, body = Envelope<Vec<StatGroup>>)),
)]
async fn totals(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<ReportQuery>,
) -> AppResult<Reply<Vec<StatGroup>>> {
    operator.require(READ)?;
    let groups = service::totals(&ctx, &operator, query).await?;
    Ok(Reply(groups))
}

/// How metrics changed: a figure for each hour, day, month or year.
#[utoipa::path(
    get,
    path = "/admin/stats/trend",
    tag = "Statistics",
    params(TrendQuery),
    responses((status = 200, body = Envelope<Vec<StatTrend>>)),
)]
async fn trend(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<TrendQuery>,
) -> AppResult<Reply<Vec<StatTrend>>> {
    operator.require(READ)?;
    let trends = service::trend(&ctx, &operator, query).await?;
    Ok(Reply(trends))
}

/// Players' figures by day, newest first, of metrics that keep them.
#[utoipa::path(
    get,
    path = "/admin/stats/users",
    tag = "Statistics",
    params(UserQuery),
    responses((status = 200, body = Envelope<Slice<UserStat>>)),
)]
async fn users(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<UserQuery>,
) -> AppResult<Reply<Slice<UserStat>>> {
    operator.require(READ)?;
    let rows = service::users(&ctx, &operator, query).await?;
    Ok(Reply(rows))
}
