//! Routes of operators: the balances of their tenant's players.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::asset::dto::{
    AdminLogQuery, AdminLogView, ChangeInput, ForgetInput, Forgotten, InventoryQuery,
    InventoryView, ManyInput, ManyView, NoticeQuery, NoticeView, OwnerQuery, ReceiptView, View,
};
use crate::modules::asset::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list))
        .routes(routes!(log))
        .routes(routes!(notices))
        .routes(routes!(inventory))
        .routes(routes!(change))
        .routes(routes!(change_many))
        .routes(routes!(forget_key))
}

/// What a player has.
#[utoipa::path(
    get,
    path = "/admin/assets",
    tag = "Assets",
    params(OwnerQuery),
    responses(
        (status = 200, body = Envelope<Vec<View>>),
        (status = 404, description = "`no_user`: the tenant has no such player"),
    ),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<OwnerQuery>,
) -> AppResult<Reply<Vec<View>>> {
    operator.require(READ)?;
    let rows = service::of_user(&ctx, &operator, &query).await?;
    Ok(Reply(rows.into_iter().map(View::from).collect()))
}

/// The journal of the tenant, newest first.
#[utoipa::path(
    get,
    path = "/admin/assets/log",
    tag = "Assets",
    params(AdminLogQuery),
    responses((status = 200, body = Envelope<Slice<AdminLogView>>)),
)]
async fn log(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<AdminLogQuery>,
) -> AppResult<Reply<Slice<AdminLogView>>> {
    operator.require(READ)?;
    let rows = service::log(&ctx, &operator, query).await?;
    Ok(Reply(rows.map(AdminLogView::from)))
}

/// Figures that do not add up, and keys that were refused; newest first.
#[utoipa::path(
    get,
    path = "/admin/assets/notices",
    tag = "Assets",
    params(NoticeQuery),
    responses((status = 200, body = Envelope<Page<NoticeView>>)),
)]
async fn notices(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<NoticeQuery>,
) -> AppResult<Reply<Page<NoticeView>>> {
    operator.require(READ)?;
    let rows = service::notices(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(NoticeView::from)))
}

/// What each day made of the balances, newest day first. `asset inventory` takes it.
#[utoipa::path(
    get,
    path = "/admin/assets/inventory",
    tag = "Assets",
    params(InventoryQuery),
    responses((status = 200, body = Envelope<Page<InventoryView>>)),
)]
async fn inventory(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<InventoryQuery>,
) -> AppResult<Reply<Page<InventoryView>>> {
    operator.require(READ)?;
    let rows = service::inventory(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(InventoryView::from)))
}

/// Gives a player something, or takes it; once for each `only_id`.
#[utoipa::path(
    post,
    path = "/admin/assets/change",
    tag = "Assets",
    request_body = ChangeInput,
    responses(
        (status = 200, body = Envelope<ReceiptView>),
        (status = 404, description = "`no_user`: the tenant has no such player"),
        (
            status = 409,
            description = "`no_enough`: the balance does not suffice; `over_limit`: it would be \
                           too large; `idempotency_conflict`: the key was used for another change",
        ),
    ),
)]
async fn change(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<ChangeInput>,
) -> AppResult<Reply<ReceiptView>> {
    operator.require(WRITE)?;
    let receipt = service::change(&ctx, &operator, input).await?;
    Ok(Reply(receipt.into()))
}

/// Changes up to 100 balances, all or none; once for each `only_id`.
#[utoipa::path(
    post,
    path = "/admin/assets/change-many",
    tag = "Assets",
    request_body = ManyInput,
    responses(
        (status = 200, body = Envelope<ManyView>),
        (status = 404, description = "`no_user`: the tenant has not all of these players"),
        (
            status = 409,
            description = "`no_enough`: a balance does not suffice; `over_limit`: one would be \
                           too large; `idempotency_conflict`: the key was used for other changes",
        ),
    ),
)]
async fn change_many(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<ManyInput>,
) -> AppResult<Reply<ManyView>> {
    operator.require(WRITE)?;
    let receipts = service::change_many(&ctx, &operator, input).await?;
    Ok(Reply(receipts.into()))
}

/// Forgets that a key was used, for tests: its changes stay made, and the journal no longer
/// verifies.
#[utoipa::path(
    post,
    path = "/admin/assets/forget-key",
    tag = "Assets",
    request_body = ForgetInput,
    responses(
        (status = 200, body = Envelope<Forgotten>),
        (status = 403, description = "`no_power`: not permitted, and never in production"),
        (status = 404, description = "`no_user`: the tenant has no such player"),
    ),
)]
async fn forget_key(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<ForgetInput>,
) -> AppResult<Reply<Forgotten>> {
    operator.require(WRITE)?;
    let was_used = service::forget_key(&ctx, &operator, &input).await?;
    Ok(Reply(Forgotten { was_used }))
}
