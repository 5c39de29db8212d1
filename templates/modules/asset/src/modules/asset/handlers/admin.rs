//! Routes of operators: the balances of their tenant's players, and of the merchant.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::asset::dto::{
    AdminLogQuery, AdminLogView, ChangeInput, ForgetInput, Forgotten, NoticeQuery, NoticeView,
    OwnerQuery, ReceiptView, StoreChangeInput, View,
};
use crate::modules::asset::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list))
        .routes(routes!(log))
        .routes(routes!(notices))
        .routes(routes!(change))
        .routes(routes!(forget_key))
        .routes(routes!(list_store))
        .routes(routes!(change_store))
}

/// What a player has.
#[utoipa::path(
    get,
    path = "/admin/assets",
    tag = "Assets",
    params(OwnerQuery),
    responses((status = 200, body = Envelope<Vec<View>>)),
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
    responses((status = 200, body = Envelope<Page<AdminLogView>>)),
)]
async fn log(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<AdminLogQuery>,
) -> AppResult<Reply<Page<AdminLogView>>> {
    operator.require(READ)?;
    let rows = service::log(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(AdminLogView::from)))
}

/// Figures that did not add up, and keys that were refused; newest first.
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

/// Gives a player something, or takes it; once for each `only_id`.
#[utoipa::path(
    post,
    path = "/admin/assets/change",
    tag = "Assets",
    request_body = ChangeInput,
    responses((status = 200, body = Envelope<ReceiptView>)),
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

/// Forgets that a key was used, for tests; refused in production.
#[utoipa::path(
    post,
    path = "/admin/assets/forget-key",
    tag = "Assets",
    request_body = ForgetInput,
    responses((status = 200, body = Envelope<Forgotten>)),
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

/// Gives the merchant something, or takes it; once for each `only_id`.
#[utoipa::path(
    post,
    path = "/admin/store-assets/change",
    tag = "Assets",
    request_body = StoreChangeInput,
    responses((status = 200, body = Envelope<ReceiptView>)),
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
