//! Routes of operators: the balances of the merchant himself.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::asset::dto::{
    AdminLogView, ReceiptView, StoreChangeInput, StoreLogQuery, View,
};
use crate::modules::asset::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list_store))
        .routes(routes!(log_store))
        .routes(routes!(change_store))
}

/// What the merchant has.
#[utoipa::path(
    get,
    path = "/admin/store-assets",
    tag = "Assets",
    responses((status = 200, body = Envelope<Vec<View>>)),
)]
async fn list_store(State(ctx): State<Context>, operator: Operator) -> AppResult<Reply<Vec<View>>> {
    operator.require(READ)?;
    let rows = service::of_store(&ctx, &operator).await?;
    Ok(Reply(rows.into_iter().map(View::from).collect()))
}

/// How it came about, newest first.
#[utoipa::path(
    get,
    path = "/admin/store-assets/log",
    tag = "Assets",
    params(StoreLogQuery),
    responses((status = 200, body = Envelope<Slice<AdminLogView>>)),
)]
async fn log_store(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<StoreLogQuery>,
) -> AppResult<Reply<Slice<AdminLogView>>> {
    operator.require(READ)?;
    let rows = service::log_of_store(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(AdminLogView::from)))
}

/// Gives the merchant something, or takes it; once for each `only_id`.
#[utoipa::path(
    post,
    path = "/admin/store-assets/change",
    tag = "Assets",
    request_body = StoreChangeInput,
    responses(
        (status = 200, body = Envelope<ReceiptView>),
        (
            status = 409,
            description = "`no_enough`: the balance does not suffice; `over_limit`: it would be \
                           too large; `idempotency_conflict`: the key was used for another change",
        ),
    ),
)]
async fn change_store(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<StoreChangeInput>,
) -> AppResult<Reply<ReceiptView>> {
    operator.require(WRITE)?;
    let receipt = service::change_store(&ctx, &operator, input).await?;
    Ok(Reply(receipt.into()))
}
