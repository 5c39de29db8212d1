//! Routes of operators: the coupons of their tenant.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::coupon::dto::{AdminQuery, AdminView, Input};
use crate::modules::coupon::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(get, replace, remove))
}

/// One page of coupons, newest first.
#[utoipa::path(
    get,
    path = "/admin/coupons",
    tag = "Coupons",
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

/// Creates a coupon.
#[utoipa::path(
    post,
    path = "/admin/coupons",
    tag = "Coupons",
    request_body = Input,
    responses(
        (status = 201, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the prize has a coupon"),
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

/// One coupon.
#[utoipa::path(
    get,
    path = "/admin/coupons/{id}",
    tag = "Coupons",
    params(("id" = Id, Path, description = "Id of the coupon")),
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

/// Replaces what a coupon is; its activity and prize stay.
#[utoipa::path(
    put,
    path = "/admin/coupons/{id}",
    tag = "Coupons",
    params(("id" = Id, Path, description = "Id of the coupon")),
    request_body = Input,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the prize has a coupon"),
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

/// Removes a coupon.
#[utoipa::path(
    delete,
    path = "/admin/coupons/{id}",
    tag = "Coupons",
    params(("id" = Id, Path, description = "Id of the coupon")),
    responses((status = 200, body = Envelope<Done>)),
)]
async fn remove(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::remove(&ctx, &operator, id).await?;
    Ok(Reply(Done))
}
