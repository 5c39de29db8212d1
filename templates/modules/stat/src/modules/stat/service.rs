//! What can be reported and asked. No HTTP here.
//!
//! Tenants are those of the session, so that nobody reaches another tenant's figures.

use cloudapp_runtime::prelude::*;
use cloudapp_runtime::stat::{
    Metric, OwnMetric, StatEvent, StatGroup, StatTrend, StatValue, UserStat,
};

use super::dto::{MetricChange, MetricInput, ReportInput, ReportQuery, TrendQuery, UserQuery};

/// Reports what a player's app says.
pub async fn report(ctx: &Context, player: &Player, input: ReportInput) -> AppResult<()> {
    let mut events = Vec::with_capacity(input.data.len());
    for item in input.data {
        let whole = i64::try_from(item.value.0).ok();
        let whole = whole.filter(|_| item.value.fract().is_zero());
        let value = whole.map_or(StatValue::Decimal(item.value), StatValue::Int);
        let event = StatEvent::new(&player.app_id, item.key)
            .act(input.act_id)
            .module(input.module_id)
            .object(&input.object_id)
            .user(player.user_id);
        events.push(event.value(value));
    }
    let stats = ctx.stats();
    let reported = stats.report_of_client(&player.app_id, player.user_id, events);
    reported.await
}

/// What each metric came to.
pub async fn totals(
    ctx: &Context,
    operator: &Operator,
    query: ReportQuery,
) -> AppResult<Vec<StatGroup>> {
    let filter = query.into_filter(&operator.app_id);
    ctx.stats().totals(&filter).await
}

/// How metrics changed.
pub async fn trend(
    ctx: &Context,
    operator: &Operator,
    query: TrendQuery,
) -> AppResult<Vec<StatTrend>> {
    let (filter, unit, metric) = query.into_parts(&operator.app_id);
    ctx.stats().trend(&filter, unit, metric.as_deref()).await
}

/// A part of players' figures, newest first.
pub async fn users(
    ctx: &Context,
    operator: &Operator,
    query: UserQuery,
) -> AppResult<Slice<UserStat>> {
    let keyset = query.keyset();
    let filter = query.into_filter(&operator.app_id);
    let rows = ctx.stats();
    let rows = rows.user_days(&filter, keyset.after(), keyset.limit());
    Ok(Slice::new(rows.await?, &keyset, |row| row.id))
}

/// The tenant's definitions, and after them those of code.
pub async fn metrics(
    ctx: &Context,
    operator: &Operator,
) -> AppResult<(Vec<OwnMetric>, Vec<Metric>)> {
    let own = ctx.stats().metrics(&operator.app_id).await?;
    let code = ctx.stats().code_metrics()?.to_vec();
    Ok((own, code))
}

/// Adds a definition.
pub async fn add_metric(
    ctx: &Context,
    operator: &Operator,
    input: MetricInput,
) -> AppResult<OwnMetric> {
    let (scope, metric) = input.into_parts();
    let log = ctx.oplog().by(operator).await?;
    let stats = ctx.stats().by(&log);
    let added = stats.add_metric(&operator.app_id, scope, metric);
    added.await
}

/// Changes what a definition says.
pub async fn change_metric(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    input: MetricChange,
) -> AppResult<OwnMetric> {
    let log = ctx.oplog().by(operator).await?;
    let stats = ctx.stats().by(&log);
    let changed = stats.change_metric(&operator.app_id, id, |metric| input.apply(metric));
    changed.await
}

/// Removes a definition.
pub async fn remove_metric(ctx: &Context, operator: &Operator, id: Id) -> AppResult<()> {
    let log = ctx.oplog().by(operator).await?;
    let stats = ctx.stats().by(&log);
    stats.remove_metric(&operator.app_id, id).await
}
