//! What can be done with balances. No HTTP here.
//!
//! Owners are made of the session's tenant, so that nobody reaches another tenant's balances. What
//! operators change is in the operation log, in the transaction that makes the change.

use cloudapp_runtime::asset::{
    Asset, Change, Holding, Inventory, JournalFilter, JournalRow, LOGGED, Notice, Owner, Receipt,
    Source,
};
use cloudapp_runtime::auth;
use cloudapp_runtime::db::Group;
use cloudapp_runtime::oplog::{Entry, Operation};
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types;
use serde_json::json;

use super::dto::{
    AdminLogQuery, AssetQuery, ChangeInput, ForgetInput, InventoryQuery, LogQuery, ManyInput,
    NoticeQuery, OwnerQuery, PartInput, StoreChangeInput, StoreLogQuery,
};

fn own(player: &Player, act_id: Id) -> Owner {
    Owner::user(&player.app_id, act_id, player.user_id)
}

/// A player of the operator's tenant.
async fn player(ctx: &Context, operator: &Operator, act_id: Id, user_id: Id) -> AppResult<Owner> {
    if auth::is_player(ctx, &operator.app_id, user_id).await? {
        Ok(Owner::user(&operator.app_id, act_id, user_id))
    } else {
        Err(ErrorCode::NO_USER.into())
    }
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

/// A part of the player's journal, newest first.
pub async fn log_of_player(
    ctx: &Context,
    player: &Player,
    query: &LogQuery,
) -> AppResult<Slice<JournalRow>> {
    let owner = own(player, query.act_id);
    log_of_owner(ctx, &owner, &query.filter(), &query.keyset()).await
}

/// What a player of the tenant has.
pub async fn of_user(
    ctx: &Context,
    operator: &Operator,
    query: &OwnerQuery,
) -> AppResult<Vec<Holding>> {
    let owner = player(ctx, operator, query.act_id, query.user_id).await?;
    ctx.ledger().list(&owner, &[], None).await
}

/// A part of the tenant's journal, newest first.
pub async fn log(
    ctx: &Context,
    operator: &Operator,
    query: AdminLogQuery,
) -> AppResult<Slice<JournalRow>> {
    let keyset = query.keyset();
    let filter = query.into_filter();
    let (after, limit) = (keyset.after(), keyset.limit());
    let ledger = ctx.ledger();
    let rows = ledger.log_of_tenant(&operator.app_id, &filter, after, limit);
    Ok(Slice::new(rows.await?, &keyset, |row| row.id))
}

/// One page of the tenant's notices, newest first.
pub async fn notices(
    ctx: &Context,
    operator: &Operator,
    query: &NoticeQuery,
) -> AppResult<Page<Notice>> {
    let page = query.page();
    let ledger = ctx.ledger();
    let notices = ledger.notices(&operator.app_id, query.ascription_type, &page);
    notices.await
}

/// One page of the tenant's inventories, newest day first.
pub async fn inventory(
    ctx: &Context,
    operator: &Operator,
    query: &InventoryQuery,
) -> AppResult<Page<Inventory>> {
    let page = query.page();
    let filter = query.filter();
    let ledger = ctx.ledger();
    let rows = ledger.inventory(&operator.app_id, &filter, &page);
    rows.await
}

/// Changes a balance of a player of the tenant.
pub async fn change(ctx: &Context, operator: &Operator, input: ChangeInput) -> AppResult<Receipt> {
    let (only_id, part) = input.into_parts();
    let owner = player(ctx, operator, part.act_id, part.user_id).await?;
    let mut change = by_hand(operator, owner, part).handler("POST /admin/assets/change");
    change.only_id = only_id;
    let log = ctx.oplog().by(operator).await?;
    ctx.ledger().change(change.logged(&log)?).await
}

/// Changes several balances of players of the tenant, all or none.
pub async fn change_many(
    ctx: &Context,
    operator: &Operator,
    input: ManyInput,
) -> AppResult<Vec<Receipt>> {
    let log = ctx.oplog().by(operator).await?;
    let mut changes = Vec::with_capacity(input.changes.len());
    for part in input.changes {
        let owner = player(ctx, operator, part.act_id, part.user_id).await?;
        let change = by_hand(operator, owner, part).logged(&log)?;
        changes.push(change.handler("POST /admin/assets/change-many"));
    }
    if let Some(first) = changes.first_mut() {
        first.only_id = input.only_id;
    }
    ctx.ledger().change_many(changes).await
}

/// Forgets that a player's key was used; says whether it was.
pub async fn forget_key(
    ctx: &Context,
    operator: &Operator,
    input: &ForgetInput,
) -> AppResult<bool> {
    let owner = player(ctx, operator, input.act_id, input.user_id).await?;
    let log = ctx.oplog().by(operator).await?;
    let was_used = ctx.ledger().forget_key(&owner, &input.only_id).await?;
    let before = json!({ "only_id": input.only_id });
    let entry = Entry::new(Operation::Delete, &LOGGED, input.user_id, &before, &())?;
    log.record(ctx.db_of(Group::Asset), entry).await?;
    Ok(was_used)
}

/// What the merchant has.
pub async fn of_store(ctx: &Context, operator: &Operator) -> AppResult<Vec<Holding>> {
    let owner = Owner::store(&operator.app_id);
    ctx.ledger().list(&owner, &[], None).await
}

/// A part of the merchant's journal, newest first.
pub async fn log_of_store(
    ctx: &Context,
    operator: &Operator,
    query: &StoreLogQuery,
) -> AppResult<Slice<JournalRow>> {
    let owner = Owner::store(&operator.app_id);
    log_of_owner(ctx, &owner, &query.filter(), &query.keyset()).await
}

/// Changes a balance of the merchant.
pub async fn change_store(
    ctx: &Context,
    operator: &Operator,
    input: StoreChangeInput,
) -> AppResult<Receipt> {
    let (only_id, part) = input.into_parts();
    let owner = Owner::store(&operator.app_id);
    let mut change = by_hand(operator, owner, part).handler("POST /admin/store-assets/change");
    change.only_id = only_id;
    let log = ctx.oplog().by(operator).await?;
    ctx.ledger().change(change.logged(&log)?).await
}

async fn log_of_owner(
    ctx: &Context,
    owner: &Owner,
    filter: &JournalFilter,
    keyset: &KeysetQuery,
) -> AppResult<Slice<JournalRow>> {
    let ledger = ctx.ledger();
    let rows = ledger.log(owner, filter, keyset.after(), keyset.limit());
    Ok(Slice::new(rows.await?, keyset, |row| row.id))
}

/// What an operator asks for, with who he is.
fn by_hand(operator: &Operator, owner: Owner, part: PartInput) -> Change {
    // An object or null, which becomes one.
    let mut info = part.info;
    info["operate_user_id"] = types::Json::from(operator.id.to_string());
    info["operate_user_name"] = types::Json::from(operator.username.as_str());
    let asset = Asset::new(part.asset_type, part.asset_object_id);
    Change::new(owner, asset, part.delta)
        .source(Source::new(Source::MANUAL).object(part.source_object_id, ""))
        .title(part.title)
        .info(info)
}
