//! Some balances of a day at a time: compares them with what was before and is now, and writes
//! their rows.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult,
    IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
};

use super::tally::Tally;
use crate::asset::entity::{balance, inventory};
use crate::asset::owner::{Account, Asset, Owner};
use crate::db::Transaction;
use crate::error::{AppError, AppResult};
use crate::types::Id;

/// The tables that are reached by an owner's key.
const TABLES: [&str; 2] = ["asset_inventory_tb", "user_asset_tb"];

/// What is known of a balance beside its day.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// Day and closing of the latest inventory before.
    pub(super) earlier: Option<(i32, i64)>,
    /// The present balance.
    pub(super) balance: i64,
}

/// Writes rows, and tells what is around each of them.
pub(super) async fn write(
    txn: &Transaction<'_>,
    day: i32,
    rows: &[(inventory::Model, Tally)],
) -> AppResult<BTreeMap<Account, Around>> {
    // Rows of the same physical tables go together; while rows are moved each goes alone.
    let mut groups: BTreeMap<_, Vec<&(inventory::Model, Tally)>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let key = row.1.account.owner.shard_key();
        let place = txn.place_of(&TABLES, &key).map_err(DbErr::from)?;
        let alone = place.is_none().then_some(index);
        groups.entry((place, alone)).or_default().push(row);
    }
    let mut around = BTreeMap::new();
    for group in groups.into_values() {
        let key = group[0].1.account.owner.shard_key();
        let conn = txn.route(&key);
        let accounts: BTreeSet<&Account> = group.iter().map(|(_, tally)| &tally.account).collect();
        for account in &accounts {
            around.insert((*account).clone(), Around::default());
        }
        balances(&conn, &accounts, &mut around).await?;
        earlier(&conn, &accounts, day, &mut around).await?;
        let rows = group.iter().map(|(row, _)| row.clone());
        upsert(&conn, rows.collect()).await?;
    }
    Ok(around)
}

/// Id and time of a row that is there already stay.
async fn upsert(conn: &impl ConnectionTrait, rows: Vec<inventory::Model>) -> AppResult<()> {
    use inventory::Column;
    let known = OnConflict::columns([
        Column::UserId,
        Column::AppId,
        Column::ActId,
        Column::AssetType,
        Column::AssetObjectId,
        Column::CreateDay,
    ])
    .update_columns([
        Column::HistoryValue,
        Column::IncValue,
        Column::DecValue,
        Column::NowValue,
        Column::ProcessCount,
    ])
    .to_owned();
    let rows = rows.into_iter().map(|row| row.into_active_model());
    inventory::Entity::insert_many(rows)
        .on_conflict(known)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

async fn balances(
    conn: &impl ConnectionTrait,
    accounts: &BTreeSet<&Account>,
    around: &mut BTreeMap<Account, Around>,
) -> AppResult<()> {
    use balance::Column;
    let is_one = accounts.iter().fold(Condition::any(), |any, account| {
        let Account { owner, asset } = account;
        any.add(
            Condition::all()
                .add(Column::UserId.eq(owner.user_id))
                .add(Column::AppId.eq(&owner.app_id))
                .add(Column::ActId.eq(owner.act_id))
                .add(Column::AssetType.eq(asset.asset_type))
                .add(Column::AssetObjectId.eq(&asset.object_id)),
        )
    });
    for row in balance::Entity::find().filter(is_one).all(conn).await? {
        let account = Account {
            owner: Owner::user(row.app_id, row.act_id, row.user_id),
            asset: Asset::new(row.asset_type, row.asset_object_id),
        };
        if let Some(around) = around.get_mut(&account) {
            around.balance = row.asset_value;
        }
    }
    Ok(())
}

/// The latest day before of an account.
#[derive(FromQueryResult)]
struct Latest {
    app_id: String,
    act_id: Id,
    user_id: Id,
    asset_type: i32,
    asset_object_id: String,
    day: Option<i32>,
}

async fn earlier(
    conn: &impl ConnectionTrait,
    accounts: &BTreeSet<&Account>,
    day: i32,
    around: &mut BTreeMap<Account, Around>,
) -> AppResult<()> {
    use inventory::Column;
    let any = Condition::any();
    let is_one = accounts
        .iter()
        .fold(any, |any, account| any.add(is_of(account)));
    let mut latest = inventory::Entity::find().select_only();
    for column in [
        Column::AppId,
        Column::ActId,
        Column::UserId,
        Column::AssetType,
        Column::AssetObjectId,
    ] {
        latest = latest.column(column).group_by(column);
    }
    let latest = latest
        .column_as(Column::CreateDay.max(), "day")
        .filter(Column::CreateDay.lt(day))
        .filter(is_one)
        .into_model::<Latest>();
    let mut is_latest = Condition::any();
    let mut is_any = false;
    for row in latest.all(conn).await? {
        let account = Account {
            owner: Owner::user(row.app_id, row.act_id, row.user_id),
            asset: Asset::new(row.asset_type, row.asset_object_id),
        };
        if let Some(day) = row.day {
            is_any = true;
            is_latest = is_latest.add(is_of(&account).add(Column::CreateDay.eq(day)));
        }
    }
    if !is_any {
        return Ok(());
    }
    for row in inventory::Entity::find()
        .filter(is_latest)
        .all(conn)
        .await?
    {
        if let Some(around) = around.get_mut(&account_of(&row)) {
            around.earlier = Some((row.create_day, row.now_value));
        }
    }
    Ok(())
}

/// The account of an inventory's row.
pub(super) fn account_of(row: &inventory::Model) -> Account {
    Account {
        owner: Owner::user(&row.app_id, row.act_id, row.user_id),
        asset: Asset::new(row.asset_type, &row.asset_object_id),
    }
}

fn is_of(account: &Account) -> Condition {
    use inventory::Column;
    let Account { owner, asset } = account;
    Condition::all()
        .add(Column::UserId.eq(owner.user_id))
        .add(Column::AppId.eq(&owner.app_id))
        .add(Column::ActId.eq(owner.act_id))
        .add(Column::AssetType.eq(asset.asset_type))
        .add(Column::AssetObjectId.eq(&asset.object_id))
}

/// Takes the row of an account and day away.
pub(super) async fn remove(conn: &impl ConnectionTrait, row: &inventory::Model) -> AppResult<()> {
    inventory::Entity::delete_many()
        .filter(is_of(&account_of(row)))
        .filter(inventory::Column::CreateDay.eq(row.create_day))
        .exec(conn)
        .await
        .map_err(AppError::from)?;
    Ok(())
}
