//! What looks wrong at first sight, looked at closely: with journal and balance as of one moment.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};

use super::chunk::Around;
use super::tally::Tally;
use super::warning::{Fault, Warning};
use crate::app::Context;
use crate::asset::entity::{balance, journal, owner};
use crate::asset::owner::Account;
use crate::asset::snapshot::{Snapshot, is_settled};
use crate::db;
use crate::error::AppResult;

/// What is wrong with a balance on a day.
pub(super) async fn warnings(
    ctx: &Context,
    day: i32,
    tally: &Tally,
    around: &Around,
) -> AppResult<Vec<Warning>> {
    let mut found = Vec::new();
    let mut add = |fault, expected: String, is: i64| {
        found.push(Warning {
            account: tally.account.clone(),
            fault,
            expected,
            found: is.to_string(),
        });
    };
    if tally.sum() != i128::from(tally.closing) {
        add(Fault::Sum, tally.sum().to_string(), tally.closing);
    }
    if let Some((earlier, closing)) = around.earlier
        && closing != tally.opening
        && !has_changes_between(ctx, &tally.account, earlier, day).await?
    {
        add(Fault::Opening, closing.to_string(), tally.opening);
    }
    if around.balance != tally.closing
        && let Some(balance) = differing_balance(ctx, tally).await?
    {
        add(Fault::Closing, tally.closing.to_string(), balance);
    }
    Ok(found)
}

/// Whether there are changes of days that no inventory was taken of: they explain a difference.
async fn has_changes_between(
    ctx: &Context,
    account: &Account,
    earlier: i32,
    day: i32,
) -> AppResult<bool> {
    let conn = ctx.shard_of(super::GROUP, &account.owner.shard_key());
    let row = rows_of(account)
        .filter(journal::Column::CreateDay.gt(earlier))
        .filter(journal::Column::CreateDay.lt(day))
        .limit(1);
    Ok(row.one(&conn).await?.is_some())
}

/// The balance, if it is not the closing though no change came after.
async fn differing_balance(ctx: &Context, tally: &Tally) -> AppResult<Option<i64>> {
    let account = &tally.account;
    let snapshot = Snapshot::of(ctx, &account.owner);
    db::transaction(&snapshot, |txn| {
        Box::pin(async move {
            let key = account.owner.shard_key();
            if !is_settled(txn, &key).map_err(sea_orm::DbErr::from)? {
                lock(txn, account).await?;
            }
            let last = rows_of(account)
                .order_by_desc(journal::Column::Seq)
                .limit(1)
                .one(txn)
                .await?;
            if last.is_none_or(|row| row.seq != tally.last_seq) {
                return Ok(None);
            }
            let balance = balance_of(txn, account).await?;
            Ok((balance != tally.closing).then_some(balance))
        })
    })
    .await
}

async fn lock(conn: &impl ConnectionTrait, account: &Account) -> AppResult<()> {
    use owner::Column;
    owner::Entity::find()
        .filter(Column::UserId.eq(account.owner.user_id))
        .filter(Column::AppId.eq(&account.owner.app_id))
        .filter(Column::ActId.eq(account.owner.act_id))
        .lock_exclusive()
        .one(conn)
        .await?;
    Ok(())
}

async fn balance_of(conn: &impl ConnectionTrait, account: &Account) -> AppResult<i64> {
    use balance::Column;
    let row = balance::Entity::find()
        .filter(Column::UserId.eq(account.owner.user_id))
        .filter(Column::AppId.eq(&account.owner.app_id))
        .filter(Column::ActId.eq(account.owner.act_id))
        .filter(Column::AssetType.eq(account.asset.asset_type))
        .filter(Column::AssetObjectId.eq(&account.asset.object_id))
        .one(conn)
        .await?;
    Ok(row.map_or(0, |row| row.asset_value))
}

/// An account's rows of the journal.
pub(super) fn rows_of(account: &Account) -> Select<journal::Entity> {
    use journal::Column;
    journal::Entity::find()
        .filter(Column::UserId.eq(account.owner.user_id))
        .filter(Column::AppId.eq(&account.owner.app_id))
        .filter(Column::ActId.eq(account.owner.act_id))
        .filter(Column::AssetType.eq(account.asset.asset_type))
        .filter(Column::AssetObjectId.eq(&account.asset.object_id))
}
