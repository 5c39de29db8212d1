//! One owner again, with everything as of one moment.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use sea_orm::{QueryOrder as _, QuerySelect as _};

use super::judge::{Holdings, Judge, Verdict};
use crate::app::Context;
use crate::asset::engine::Engine;
use crate::asset::entity::{balance, journal, lot, owner};
use crate::asset::owner::{Asset, Owner};
use crate::asset::snapshot::{Snapshot, is_settled};
use crate::db::{self, Transaction};
use crate::error::AppResult;

/// Rows of the journal that are read at a time.
const PAGE: u64 = 2_000;
/// How often an owner without head is looked at while rows are moved: there is no lock that would
/// keep him from being made meanwhile.
const ATTEMPTS_MAX: u32 = 3;

/// What is wrong with an owner, if anything is.
pub(super) async fn judge(ctx: &Context, engine: &Engine, owner: &Owner) -> AppResult<Verdict> {
    let mut attempt = 1;
    loop {
        let snapshot = Snapshot::of(ctx, owner);
        let (verdict, is_certain) = db::transaction(&snapshot, |txn| {
            Box::pin(async move { in_transaction(txn, engine, owner).await })
        })
        .await?;
        if verdict.is_clean() || is_certain || attempt == ATTEMPTS_MAX {
            return Ok(verdict);
        }
        attempt += 1;
    }
}

async fn in_transaction(
    txn: &Transaction<'_>,
    engine: &Engine,
    owner: &Owner,
) -> AppResult<(Verdict, bool)> {
    let is_settled = is_settled(txn, &owner.shard_key()).map_err(sea_orm::DbErr::from)?;
    let holdings = holdings(txn, owner, !is_settled).await?;
    let mut judge = Judge::new(engine.chain(), engine.rules(), owner.clone());
    let mut last = i64::MIN;
    loop {
        use journal::Column;
        let rows = journal::Entity::find()
            .filter(Column::UserId.eq(owner.user_id))
            .filter(Column::AppId.eq(&owner.app_id))
            .filter(Column::ActId.eq(owner.act_id))
            .filter(Column::Seq.gt(last))
            .order_by_asc(Column::Seq)
            .limit(PAGE);
        let rows = rows.all(txn).await?;
        rows.iter().for_each(|row| judge.row(row));
        match rows.last() {
            Some(row) if rows.len() as u64 == PAGE => last = row.seq,
            _ => break,
        }
    }
    let is_certain = is_settled || holdings.head.is_some();
    Ok((judge.end(&holdings), is_certain))
}

async fn holdings(
    conn: &impl ConnectionTrait,
    owner: &Owner,
    is_locking: bool,
) -> AppResult<Holdings> {
    let mut head = owner::Entity::find()
        .filter(owner::Column::UserId.eq(owner.user_id))
        .filter(owner::Column::AppId.eq(&owner.app_id))
        .filter(owner::Column::ActId.eq(owner.act_id));
    if is_locking {
        head = head.lock_exclusive();
    }
    let mut holdings = Holdings {
        head: head.one(conn).await?,
        ..Holdings::default()
    };
    let rows = balance::Entity::find()
        .filter(balance::Column::UserId.eq(owner.user_id))
        .filter(balance::Column::AppId.eq(&owner.app_id))
        .filter(balance::Column::ActId.eq(owner.act_id));
    for row in rows.all(conn).await? {
        let asset = Asset::new(row.asset_type, row.asset_object_id);
        holdings.balances.insert(asset, row.asset_value);
    }
    let rows = lot::Entity::find()
        .filter(lot::Column::UserId.eq(owner.user_id))
        .filter(lot::Column::AppId.eq(&owner.app_id))
        .filter(lot::Column::ActId.eq(owner.act_id));
    for row in rows.all(conn).await? {
        let asset = Asset::new(row.asset_type, row.asset_object_id);
        *holdings.lots.entry(asset).or_insert(0) += row.remaining;
    }
    Ok(holdings)
}
