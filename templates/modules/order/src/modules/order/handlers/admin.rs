//! Routes of operators: the shipments of their tenant, one by one.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::order::dto::{AddressInput, AdminQuery, AdminView, RemarkInput, StatusInput};
use crate::modules::order::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(set_status))
        .routes(routes!(set_remark))
        .routes(routes!(set_address))
}

/// The tenant's shipments, newest first.
#[utoipa::path(
    get,
    path = "/admin/orders",
    tag = "Shipments",
    params(AdminQuery),
    responses((status = 200, body = Envelope<Slice<AdminView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<AdminQuery>,
) -> AppResult<Reply<Slice<AdminView>>> {
    operator.require(READ)?;
    Ok(Reply(service::list(&ctx, &operator, &query).await?))
}

/// One shipment.
#[utoipa::path(
    get,
    path = "/admin/orders/{id}",
    tag = "Shipments",
    params(("id" = Id, Path, description = "Id of the shipment")),
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn get(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminView>> {
    operator.require(READ)?;
    Ok(Reply(service::get(&ctx, &operator, id).await?))
}

/// Ships a shipment, refuses it, refunds it, completes it, or takes that back.
#[utoipa::path(
    post,
    path = "/admin/orders/{id}/status",
    tag = "Shipments",
    params(("id" = Id, Path, description = "Id of the shipment")),
    request_body = StatusInput,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: the state may not follow the one it has"),
    ),
)]
async fn set_status(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<StatusInput>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let view = service::set_status(&ctx, &operator, id, input.into()).await?;
    Ok(Reply(view))
}

/// Says something about a shipment.
#[utoipa::path(
    put,
    path = "/admin/orders/{id}/remark",
    tag = "Shipments",
    params(("id" = Id, Path, description = "Id of the shipment")),
    request_body = RemarkInput,
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn set_remark(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<RemarkInput>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let view = service::set_remark(&ctx, &operator, id, &input.seller_remark).await?;
    Ok(Reply(view))
}

/// Sends a shipment elsewhere, as long as it is not on its way.
#[utoipa::path(
    put,
    path = "/admin/orders/{id}/address",
    tag = "Shipments",
    params(("id" = Id, Path, description = "Id of the shipment")),
    request_body = AddressInput,
    responses(
        (status = 200, body = Envelope<AdminView>),
        (status = 409, description = "`conflict`: it is on its way, or will not be sent"),
    ),
)]
async fn set_address(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<AddressInput>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let view = service::set_address(&ctx, &operator, id, &input.into()).await?;
    Ok(Reply(view))
}
