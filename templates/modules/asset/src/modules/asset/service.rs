//! What can be done with balances. No HTTP here.
//!
//! Owners are made of the session's tenant, so that nobody reaches another tenant's balances.

use cloudapp_runtime::asset::{
    Asset, Change, Holding, JournalFilter, JournalRow, Notice, Owner, Receipt, Source,
};
use cloudapp_runtime::auth;
use cloudapp_runtime::prelude::*;
use serde_json::json;

use super::dto::{
    AdminLogQuery, AssetQuery, ChangeInput, ForgetInput, LogQuery, NoticeQuery, OwnerQuery,
    StoreChangeInput,
};

fn own(player: &Player, act_id: Id) -> Owner {
    Owner::user(&player.app_id, act_id, player.user_id)
}

/// What the player has.
pub async fn of_player(
    ctx: &Context,
    player: &Player,
    query: &AssetQuery,
) -> AppResult<Vec<Holding>> {
    let owner = own(player, query.act_id);
    let types: Vec<i32> = query.asset_type.into_iter().collect();
    let object = query.asset_object_id.as_deref();
    ctx.ledger().list(&owner, &types, object).await
}

/// One page of the player's journal.
pub async fn log_of_player(
    ctx: &Context,
    player: &Player,
    query: &LogQuery,
) -> AppResult<Page<JournalRow>> {
    let owner = own(player, query.act_id);
    let filter = query.filter();
    let items = ctx
        .ledger()
        .log(&owner, &filter, query.after, query.page_size)
        .await?;
    Ok(Page {
        items,
        page_index: 0,
        page_size: query.page_size,
        total: None,
    })
}

/// What a player of the tenant has.
pub async fn of_user(
    ctx: &Context,
    operator: &Operator,
    query: &OwnerQuery,
) -> AppResult<Vec<Holding>> {
    let owner = Owner::user(&operator.app_id, query.act_id, query.user_id);
    ctx.ledger().list(&owner, &[], None).await
}

/// One page of the tenant's journal.
pub async fn log(
    ctx: &Context,
    operator: &Operator,
    query: &AdminLogQuery,
) -> AppResult<Page<JournalRow>> {
    let filter: JournalFilter = query.filter()?;
    let app_id = &operator.app_id;
    let items = ctx
        .ledger()
        .log_of_tenant(app_id, &filter, query.after, query.page_size)
        .await?;
    Ok(Page {
        items,
        page_index: 0,
        page_size: query.page_size,
        total: None,
    })
}

/// One page of the tenant's notices.
pub async fn notices(
    ctx: &Context,
    operator: &Operator,
    query: &NoticeQuery,
) -> AppResult<Page<Notice>> {
    let page = PageQuery::new(query.page_index, query.page_size);
    let app_id = &operator.app_id;
    ctx.ledger()
        .notices(app_id, query.ascription_type, &page)
        .await
}

/// Changes a balance of a player of the tenant.
pub async fn change(ctx: &Context, operator: &Operator, input: ChangeInput) -> AppResult<Receipt> {
    if !auth::is_player(ctx, &operator.app_id, input.user_id).await? {
        return Err(ErrorCode::NO_USER.into());
    }
    let owner = Owner::user(&operator.app_id, input.act_id, input.user_id);
    let asset = Asset::new(input.asset_type, input.asset_object_id);
    let change = Change::new(owner, asset, input.delta).handler("POST /admin/assets/change");
    let change = by_hand(change, operator, input.only_id, input.title);
    ctx.ledger().change(change).await
}

/// Forgets that a player's key was used.
pub async fn forget_key(
    ctx: &Context,
    operator: &Operator,
    input: &ForgetInput,
) -> AppResult<bool> {
    let owner = Owner::user(&operator.app_id, input.act_id, input.user_id);
    ctx.ledger().forget_key(&owner, &input.only_id).await
}

/// What the merchant has.
pub async fn of_store(ctx: &Context, operator: &Operator) -> AppResult<Vec<Holding>> {
    ctx.ledger()
        .list(&Owner::store(&operator.app_id), &[], None)
        .await
}

/// Changes a balance of the merchant.
pub async fn change_store(
    ctx: &Context,
    operator: &Operator,
    input: StoreChangeInput,
) -> AppResult<Receipt> {
    let owner = Owner::store(&operator.app_id);
    let asset = Asset::new(input.asset_type, input.asset_object_id);
    let change = Change::new(owner, asset, input.delta).handler("POST /admin/store-assets/change");
    let change = by_hand(change, operator, input.only_id, input.title);
    ctx.ledger().change(change).await
}

/// Says who did it.
fn by_hand(change: Change, operator: &Operator, only_id: Option<String>, title: String) -> Change {
    let change = match only_id {
        Some(only_id) => change.key(only_id),
        None => change,
    };
    change
        .source(Source::new(Source::MANUAL))
        .title(title)
        .info(json!({
            "operate_user_id": operator.id,
            "operate_user_name": operator.username,
        }))
}
