//! Balances and journal, for those who only look.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::attempt::GROUP;
use super::entity::{balance, journal, lot, notice};
use super::ledger::Ledger;
use super::owner::{Asset, Owner};
use crate::error::{AppError, AppResult};
use crate::http::{Page, PageQuery};
use crate::shard::ShardKey;
use crate::types::{DateTime, Id, Utc};

/// What an owner has of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Of what.
    pub asset: Asset,
    /// How much; what has expired does not count, whether or not it was taken away already.
    pub value: i64,
}

/// Which rows of the journal. Everything, unless set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Of this activity.
    pub act_id: Option<Id>,
    /// Of this module.
    pub module_id: Option<Id>,
    /// Of this player.
    pub user_id: Option<Id>,
    /// Of the player whom the platform knows by this id.
    pub open_id: Option<String>,
    /// Of players with this nickname.
    pub user_nick: Option<String>,
    /// Of this kind of asset.
    pub asset_type: Option<i32>,
    /// Of this one of the kind.
    pub asset_object_id: Option<String>,
    /// From one of these sources; empty for all.
    pub source_types: Vec<i32>,
    /// From one of these objects; empty for all.
    pub source_object_ids: Vec<String>,
    /// 0 gains, 1 spendings.
    pub operate_type: Option<i32>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

impl JournalFilter {
    fn condition(&self) -> Condition {
        use journal::Column;
        let texts = |some: &[String]| some.to_vec();
        Condition::all()
            .add_option(self.act_id.map(|id| Column::ActId.eq(id)))
            .add_option(self.module_id.map(|id| Column::ModuleId.eq(id)))
            .add_option(self.user_id.map(|id| Column::UserId.eq(id)))
            .add_option(self.open_id.as_ref().map(|id| Column::OpenId.eq(id)))
            .add_option(
                self.user_nick
                    .as_ref()
                    .map(|nick| Column::UserNick.eq(nick)),
            )
            .add_option(self.asset_type.map(|kind| Column::AssetType.eq(kind)))
            .add_option(
                self.asset_object_id
                    .as_ref()
                    .map(|id| Column::AssetObjectId.eq(id)),
            )
            .add_option(
                (!self.source_types.is_empty())
                    .then(|| Column::SourceType.is_in(self.source_types.iter().copied())),
            )
            .add_option(
                (!self.source_object_ids.is_empty())
                    .then(|| Column::SourceObjectId.is_in(texts(&self.source_object_ids))),
            )
            .add_option(self.operate_type.map(|kind| Column::OperateType.eq(kind)))
            .add_option(self.from.map(|at| Column::CreatedAt.gte(at)))
            .add_option(self.until.map(|at| Column::CreatedAt.lt(at)))
    }
}

impl Ledger<'_> {
    /// What an owner has of one asset; 0 when he never had any.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, owner: &Owner, asset: &Asset) -> AppResult<i64> {
        let only = [asset.asset_type];
        let all = self.list(owner, &only, Some(&asset.object_id)).await?;
        Ok(all.first().map_or(0, |holding| holding.value))
    }

    /// What an owner has, by kind and object; of some kinds, or of all when none is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(
        &self,
        owner: &Owner,
        asset_types: &[i32],
        object_id: Option<&str>,
    ) -> AppResult<Vec<Holding>> {
        use balance::Column;
        let engine = self.engine()?;
        let conn = self.ctx.shard_of(GROUP, &owner.shard_key());
        let mut rows = balance::Entity::find()
            .filter(Column::UserId.eq(owner.user_id))
            .filter(Column::AppId.eq(&owner.app_id))
            .filter(Column::ActId.eq(owner.act_id))
            .order_by_asc(Column::AssetType)
            .order_by_asc(Column::AssetObjectId);
        if !asset_types.is_empty() {
            rows = rows.filter(Column::AssetType.is_in(asset_types.iter().copied()));
        }
        if let Some(object_id) = object_id {
            rows = rows.filter(Column::AssetObjectId.eq(object_id));
        }
        let expiring = engine.rules().expiring_types();
        let may_expire = |kind: &i32| asset_types.is_empty() || asset_types.contains(kind);
        let expired = if expiring.iter().any(may_expire) {
            self.expired(owner, &conn, expiring).await?
        } else {
            HashMap::new()
        };
        let rows = rows.all(&conn).await?.into_iter();
        let holdings = rows.map(|row| {
            let asset = Asset::new(row.asset_type, row.asset_object_id);
            let expired = expired.get(&asset).copied().unwrap_or(0);
            let value = (row.asset_value - expired).max(0);
            Holding { asset, value }
        });
        Ok(holdings.collect())
    }

    /// What has expired of an owner's balances and was not taken away yet.
    async fn expired(
        &self,
        owner: &Owner,
        conn: &impl ConnectionTrait,
        types: Vec<i32>,
    ) -> AppResult<HashMap<Asset, i64>> {
        use lot::Column;
        let rows = lot::Entity::find()
            .filter(Column::UserId.eq(owner.user_id))
            .filter(Column::AppId.eq(&owner.app_id))
            .filter(Column::ActId.eq(owner.act_id))
            .filter(Column::AssetType.is_in(types))
            .filter(Column::ExpiresAt.lte(self.ctx.now()));
        let mut expired = HashMap::new();
        for row in rows.all(conn).await? {
            let asset = Asset::new(row.asset_type, row.asset_object_id);
            *expired.entry(asset).or_insert(0) += row.remaining;
        }
        Ok(expired)
    }

    /// An owner's journal, newest first: rows older than the row with id `after`, at most `limit`.
    ///
    /// # Errors
    /// `param_error`: `after` is none of his rows. The database's.
    pub async fn log(
        &self,
        owner: &Owner,
        filter: &JournalFilter,
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<journal::Model>> {
        use journal::Column;
        let conn = self.ctx.shard_of(GROUP, &owner.shard_key());
        let own = journal::Entity::find()
            .filter(Column::UserId.eq(owner.user_id))
            .filter(Column::AppId.eq(&owner.app_id))
            .filter(Column::ActId.eq(owner.act_id));
        let mut rows = own.clone().filter(filter.condition());
        if let Some(after) = after {
            let row = own.filter(Column::Id.eq(after)).one(&conn).await?;
            let unknown = || {
                AppError::param((
                    "after: must be the id of a row of this journal",
                    "after：必须是本流水中的 id",
                ))
            };
            rows = rows.filter(Column::Seq.lt(row.ok_or_else(unknown)?.seq));
        }
        let rows = rows.order_by_desc(Column::Seq).limit(limit).all(&conn);
        Ok(rows.await?)
    }

    /// A tenant's journal over all owners, newest first: rows with an id below `after`, at most
    /// `limit`.
    ///
    /// # Errors
    /// The database's.
    pub async fn log_of_tenant(
        &self,
        app_id: &str,
        filter: &JournalFilter,
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<journal::Model>> {
        use journal::Column;
        let rows: Select<journal::Entity> = journal::Entity::find()
            .filter(Column::AppId.eq(app_id))
            .filter(filter.condition())
            .filter(Condition::all().add_option(after.map(|id| Column::Id.lt(id))));
        // One player's rows are in one table; if it were one for each activity, a key without the
        // activity would be refused.
        if let Some(user_id) = filter.user_id {
            let mut key = ShardKey::user(app_id, user_id);
            if let Some(act_id) = filter.act_id {
                key = key.with("act_id", act_id);
            }
            let conn = self.ctx.shard_of(GROUP, &key);
            let rows = rows.order_by_desc(Column::Id).limit(limit);
            return Ok(rows.all(&conn).await?);
        }
        let order = [(Column::Id, Order::Desc)];
        let all = self.ctx.scatter_of(GROUP);
        all.top(rows, &order, 0, limit).await
    }

    /// One page of a tenant's notices, newest first; of one kind (1 figures that do not add up, 2
    /// keys that were refused) or of both.
    ///
    /// # Errors
    /// The database's.
    pub async fn notices(
        &self,
        app_id: &str,
        ascription_type: Option<i32>,
        page: &PageQuery,
    ) -> AppResult<Page<notice::Model>> {
        use notice::Column;
        let mut rows = notice::Entity::find()
            .filter(Column::AppId.eq(app_id))
            .order_by_desc(Column::Id);
        if let Some(kind) = ascription_type {
            rows = rows.filter(Column::AscriptionType.eq(kind));
        }
        Page::fetch(rows, self.ctx.db_of(GROUP), page).await
    }
}
