//! Routes of operators: the rules of draws, what was drawn and what was won.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::prize::dto::{
    AdminWinningQuery, AdminWinningView, DrawQuery, DrawView, RuleInput, RuleQuery, RuleView,
};
use crate::modules::prize::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, save))
        .routes(routes!(draws))
        .routes(routes!(winnings))
}

/// One page of the rules of draws, newest first.
#[utoipa::path(
    get,
    path = "/admin/lotteries",
    tag = "Prizes",
    params(RuleQuery),
    responses((status = 200, body = Envelope<Page<RuleView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<RuleQuery>,
) -> AppResult<Reply<Page<RuleView>>> {
    operator.require(READ)?;
    let rows = service::rules(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(RuleView::from)))
}

/// Says how draws of a module are to go, for the first time or anew.
#[utoipa::path(
    put,
    path = "/admin/lotteries",
    tag = "Prizes",
    request_body = RuleInput,
    responses((status = 200, body = Envelope<RuleView>)),
)]
async fn save(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<RuleInput>,
) -> AppResult<Reply<RuleView>> {
    operator.require(WRITE)?;
    let row = service::save_rule(&ctx, &operator, input).await?;
    Ok(Reply(row.into()))
}

/// A player's draws in an activity, newest first, each done again from its seed.
#[utoipa::path(
    get,
    path = "/admin/draws",
    tag = "Prizes",
    params(DrawQuery),
    responses(
        (status = 200, body = Envelope<Slice<DrawView>>),
        (status = 404, description = "`no_user`: the tenant has no such player"),
    ),
)]
async fn draws(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<DrawQuery>,
) -> AppResult<Reply<Slice<DrawView>>> {
    operator.require(READ)?;
    let rows = service::draws(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(DrawView::from)))
}

/// The tenant's winnings, newest first.
#[utoipa::path(
    get,
    path = "/admin/winnings",
    tag = "Prizes",
    params(AdminWinningQuery),
    responses((status = 200, body = Envelope<Slice<AdminWinningView>>)),
)]
async fn winnings(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<AdminWinningQuery>,
) -> AppResult<Reply<Slice<AdminWinningView>>> {
    operator.require(READ)?;
    let rows = service::winnings(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(AdminWinningView::from)))
}
