//! Routes of operators: what metrics are.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::stat::dto::{MetricChange, MetricInput, MetricList, MetricView};
use crate::modules::stat::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(replace, remove))
}

/// The tenant's definitions, and those of code.
#[utoipa::path(
    get,
    path = "/admin/stats/metrics",
    tag = "Statistics",
    responses((status = 200, body = Envelope<MetricList>)),
)]
async fn list(State(ctx): State<Context>, operator: Operator) -> AppResult<Reply<MetricList>> {
    operator.require(READ)?;
    let (own, code) = service::metrics(&ctx, &operator).await?;
    Ok(Reply(MetricList {
        own: own.into_iter().map(MetricView::from).collect(),
        code: code.into_iter().map(MetricView::from).collect(),
    }))
}

/// Adds a definition. It holds for what is reported from then on.
#[utoipa::path(
    post,
    path = "/admin/stats/metrics",
    tag = "Statistics",
    request_body = MetricInput,
    responses(
        (status = 201, body = Envelope<MetricView>),
        (status = 409, description = "`conflict`: there is one of this name and scope"),
    ),
)]
async fn create(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<MetricInput>,
) -> AppResult<Reply<MetricView>> {
    operator.require(WRITE)?;
    let own = service::add_metric(&ctx, &operator, input).await?;
    Ok(Reply::created(own.into()))
}

/// Replaces what a definition says; its name and scope stay.
#[utoipa::path(
    put,
    path = "/admin/stats/metrics/{id}",
    tag = "Statistics",
    params(("id" = Id, Path, description = "Id of the definition")),
    request_body = MetricChange,
    responses((status = 200, body = Envelope<MetricView>)),
)]
async fn replace(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<MetricChange>,
) -> AppResult<Reply<MetricView>> {
    operator.require(WRITE)?;
    let own = service::change_metric(&ctx, &operator, id, input).await?;
    Ok(Reply(own.into()))
}

/// Removes a definition. Figures stay.
#[utoipa::path(
    delete,
    path = "/admin/stats/metrics/{id}",
    tag = "Statistics",
    params(("id" = Id, Path, description = "Id of the definition")),
    responses((status = 200, body = Envelope<Done>)),
)]
async fn remove(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::remove_metric(&ctx, &operator, id).await?;
    Ok(Reply(Done))
}
