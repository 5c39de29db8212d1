//! Routes of players: they have sent what they have won.

use cloudapp_runtime::guard::IdempotencyKey;
use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::order::dto::{
    ActQuery, AddressInput, OrderInput, OrderQuery, VariantInput, VariantView, View,
};
use crate::modules::order::service;

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(set_address))
        .routes(routes!(choose_variant))
}

/// The player's shipments of an activity, newest first.
#[utoipa::path(
    get,
    path = "/client/orders",
    tag = "Shipments",
    params(OrderQuery),
    responses((status = 200, body = Envelope<Slice<View>>)),
)]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(query): Query<OrderQuery>,
) -> AppResult<Reply<Slice<View>>> {
    Ok(Reply(service::of_player(&ctx, &player, &query).await?))
}

/// Puts what the player has won into one shipment. With an `Idempotency-Key` the same request again
/// makes no other one.
#[utoipa::path(
    post,
    path = "/client/orders",
    tag = "Shipments",
    request_body = OrderInput,
    responses(
        (status = 201, body = Envelope<View>),
        (status = 404, description = "`no_user_prize`: he has not won it, or nothing is to be sent"),
        (
            status = 409,
            description = "`conflict`: it is in a shipment already, or its variant is not chosen",
        ),
    ),
)]
async fn create(
    State(ctx): State<Context>,
    player: Player,
    key: Option<IdempotencyKey>,
    Json(input): Json<OrderInput>,
) -> AppResult<Reply<View>> {
    let draft = input.into_draft(key.map(|key| key.as_str().to_owned()));
    let view = service::create(&ctx, &player, draft).await?;
    Ok(Reply::created(view))
}

/// One shipment.
#[utoipa::path(
    get,
    path = "/client/orders/{id}",
    tag = "Shipments",
    params(("id" = Id, Path, description = "Id of the shipment"), ActQuery),
    responses((status = 200, body = Envelope<View>)),
)]
async fn get(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    Query(query): Query<ActQuery>,
) -> AppResult<Reply<View>> {
    let view = service::get_of(&ctx, &player, (query.act_id, id)).await?;
    Ok(Reply(view))
}

/// Sends a shipment elsewhere, as long as it is not on its way.
#[utoipa::path(
    put,
    path = "/client/orders/{id}/address",
    tag = "Shipments",
    params(("id" = Id, Path, description = "Id of the shipment"), ActQuery),
    request_body = AddressInput,
    responses(
        (status = 200, body = Envelope<View>),
        (status = 409, description = "`conflict`: it is on its way, or will not be sent"),
    ),
)]
async fn set_address(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    Query(query): Query<ActQuery>,
    Json(input): Json<AddressInput>,
) -> AppResult<Reply<View>> {
    let of = (query.act_id, id);
    let view = service::set_address_of(&ctx, &player, of, &input.into()).await?;
    Ok(Reply(view))
}

/// Chooses the variant of something that the player has won.
#[utoipa::path(
    post,
    path = "/client/winnings/{id}/variant",
    tag = "Shipments",
    params(("id" = Id, Path, description = "`prize_roster_id`"), ActQuery),
    request_body = VariantInput,
    responses(
        (status = 200, body = Envelope<VariantView>),
        (status = 404, description = "`no_user_prize`: he has not won it"),
        (status = 409, description = "`conflict`: it is in a shipment already"),
    ),
)]
async fn choose_variant(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    Query(query): Query<ActQuery>,
    Json(input): Json<VariantInput>,
) -> AppResult<Reply<VariantView>> {
    let of = (query.act_id, id);
    let row = service::choose_variant(&ctx, &player, of, &input.sku_id).await?;
    Ok(Reply(row.into()))
}
