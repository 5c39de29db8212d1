//! Routes of operators: the price gears of their tenant.

use cloudapp_runtime::content::{Change, Places};
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::price::dto::{AdminQuery, AdminView, CheckQuery, Input};
use crate::modules::price::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(sort))
        .routes(routes!(check))
        .routes(routes!(get, replace, remove))
        .routes(routes!(restore))
}

/// One page of price gears, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/price-gears",
    tag = "Price gears",
    params(AdminQuery),
    responses((status = 200, body = Envelope<Page<AdminView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<AdminQuery>,
) -> AppResult<Reply<Page<AdminView>>> {
    operator.require(READ)?;
    let rows = service::list(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(AdminView::from)))
}

/// Creates a price gear.
#[utoipa::path(
    post,
    path = "/admin/price-gears",
    tag = "Price gears",
    request_body = Input,
    responses(
        (status = 201, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the SKU or the goods belongs to another gear or activity"),
    ),
)]
async fn create(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<Input>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::create(&ctx, &operator, input).await?;
    Ok(Reply::created(row.into()))
}

/// Gives price gears their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/price-gears/sort",
    tag = "Price gears",
    request_body = Places,
    responses((status = 200, body = Envelope<Done>)),
)]
async fn sort(
    State(ctx): State<Context>,
    operator: Operator,
    Json(places): Json<Places>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::sort(&ctx, &operator, &places).await?;
    Ok(Reply(Done))
}

/// The gears that a goods is bound to, in whatever activity.
#[utoipa::path(
    get,
    path = "/admin/price-gears/check",
    tag = "Price gears",
    params(CheckQuery),
    responses((status = 200, body = Envelope<Vec<AdminView>>)),
)]
async fn check(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<CheckQuery>,
) -> AppResult<Reply<Vec<AdminView>>> {
    operator.require(READ)?;
    let rows = service::bound(&ctx, &operator, &query.goods_id).await?;
    Ok(Reply(rows.into_iter().map(AdminView::from).collect()))
}

/// One price gear.
#[utoipa::path(
    get,
    path = "/admin/price-gears/{id}",
    tag = "Price gears",
    params(("id" = Id, Path, description = "Id of the price gear")),
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn get(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminView>> {
    operator.require(READ)?;
    let row = service::get(&ctx, &operator, id).await?;
    Ok(Reply(row.into()))
}

/// Replaces what a price gear is; its activity stays.
#[utoipa::path(
    put,
    path = "/admin/price-gears/{id}",
    tag = "Price gears",
    params(("id" = Id, Path, description = "Id of the price gear")),
    request_body = Input,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the SKU or the goods belongs to another gear or activity"),
    ),
)]
async fn replace(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<Input>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::replace(&ctx, &operator, id, input).await?;
    Ok(Reply(row.into()))
}

/// Removes a price gear, and unbinds it from its goods.
#[utoipa::path(
    delete,
    path = "/admin/price-gears/{id}",
    tag = "Price gears",
    params(("id" = Id, Path, description = "Id of the price gear")),
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

/// Brings a price gear back that was removed, bound to no goods.
#[utoipa::path(
    post,
    path = "/admin/price-gears/{id}/restore",
    tag = "Price gears",
    params(("id" = Id, Path, description = "Id of the price gear")),
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn restore(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::change(&ctx, &operator, id, Change::Restore).await?;
    Ok(Reply(row.into()))
}
