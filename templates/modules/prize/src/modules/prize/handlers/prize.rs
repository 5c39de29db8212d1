//! Routes of operators: the prizes of their tenant.

use cloudapp_runtime::content::{Change, Places, Release};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::prize::dto::{AdminPrizeView, PrizeInput, PrizeQuery};
use crate::modules::prize::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(get, replace, remove))
        .routes(routes!(release))
        .routes(routes!(restore))
}

/// One page of prizes, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/prizes",
    tag = "Prizes",
    params(PrizeQuery),
    responses((status = 200, body = Envelope<Page<AdminPrizeView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<PrizeQuery>,
) -> AppResult<Reply<Page<AdminPrizeView>>> {
    operator.require(READ)?;
    let rows = service::list(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(AdminPrizeView::from)))
}

/// Creates a prize.
#[utoipa::path(
    post,
    path = "/admin/prizes",
    tag = "Prizes",
    request_body = PrizeInput,
    responses(
        (status = 201, body = Envelope<AdminPrizeView>),
        (status = 409, description = "`conflict`: the module has as many prizes as it may"),
    ),
)]
async fn create(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<PrizeInput>,
) -> AppResult<Reply<AdminPrizeView>> {
    operator.require(WRITE)?;
    let row = service::create(&ctx, &operator, input).await?;
    Ok(Reply::created(row.into()))
}

/// Gives prizes their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/prizes/sort",
    tag = "Prizes",
    request_body = Places,
    responses((status = 200, body = Envelope<Done>)),
)]
async fn sort(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<Places>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::sort(&ctx, &operator, &input).await?;
    Ok(Reply(Done))
}

/// One prize.
#[utoipa::path(
    get,
    path = "/admin/prizes/{id}",
    tag = "Prizes",
    params(("id" = Id, Path, description = "Id of the prize")),
    responses((status = 200, body = Envelope<AdminPrizeView>)),
)]
async fn get(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminPrizeView>> {
    operator.require(READ)?;
    let row = service::get(&ctx, &operator, id).await?;
    Ok(Reply(row.into()))
}

/// Replaces what a prize is; its activity and module stay, and what was won stays won.
#[utoipa::path(
    put,
    path = "/admin/prizes/{id}",
    tag = "Prizes",
    params(("id" = Id, Path, description = "Id of the prize")),
    request_body = PrizeInput,
    responses(
        (status = 200, body = Envelope<AdminPrizeView>),
        (status = 409, description = "`conflict`: more were won than there are to be in all"),
    ),
)]
async fn replace(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<PrizeInput>,
) -> AppResult<Reply<AdminPrizeView>> {
    operator.require(WRITE)?;
    let row = service::replace(&ctx, &operator, id, input).await?;
    Ok(Reply(row.into()))
}

/// Removes a prize, and hides it; what was won stays won.
#[utoipa::path(
    delete,
    path = "/admin/prizes/{id}",
    tag = "Prizes",
    params(("id" = Id, Path, description = "Id of the prize")),
    responses((status = 200, body = Envelope<Done>)),
)]
async fn remove(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::change(&ctx, &operator, id, Change::Remove).await?;
    Ok(Reply(Done))
}

/// Shows a prize to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/prizes/{id}/release",
    tag = "Prizes",
    params(("id" = Id, Path, description = "Id of the prize")),
    request_body = Release,
    responses((status = 200, body = Envelope<AdminPrizeView>)),
)]
async fn release(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<Release>,
) -> AppResult<Reply<AdminPrizeView>> {
    operator.require(WRITE)?;
    let change = Change::Release(input.is_release);
    let row = service::change(&ctx, &operator, id, change).await?;
    Ok(Reply(row.into()))
}

/// Brings a prize back that was removed; it stays hidden.
#[utoipa::path(
    post,
    path = "/admin/prizes/{id}/restore",
    tag = "Prizes",
    params(("id" = Id, Path, description = "Id of the prize")),
    responses((status = 200, body = Envelope<AdminPrizeView>)),
)]
async fn restore(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminPrizeView>> {
    operator.require(WRITE)?;
    let row = service::change(&ctx, &operator, id, Change::Restore).await?;
    Ok(Reply(row.into()))
}
