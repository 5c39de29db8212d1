//! What was won, for those who only look.

use std::time::Duration;

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draw::Lottery;
use super::entity::roster::{Column, Entity, Model};
use super::hooks::KnownAs;
use crate::auth::Player;
use crate::cache::{CacheGroup, CacheKey};
use crate::error::AppResult;
use crate::task::unit::{GROUP, shard_key};
use crate::types::{DateTime, Id, Utc};

/// The list of winners, by its name in the cache.
const CACHED: &str = "lottery.winners";
/// For how long it stays as it is.
const STALENESS: Duration = Duration::from_secs(60);
/// How many it names.
const WINNERS_MAX: u64 = 30;
/// Hidden from its winner.
const HIDDEN: i32 = 10;

/// Which winnings. All, unless set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WinningFilter {
    /// Of this activity.
    pub act_id: Option<Id>,
    /// Of this module.
    pub module_id: Option<Id>,
    /// Of this player.
    pub user_id: Option<Id>,
    /// Of this prize.
    pub prize_id: Option<Id>,
    /// Of this kind of goods.
    pub goods_type: Option<i32>,
    /// With this state.
    pub prize_status: Option<i32>,
    /// In this shipment.
    pub order_no: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

impl WinningFilter {
    fn condition(&self, app_id: &str, after: Option<Id>) -> Condition {
        Condition::all()
            .add(Column::AppId.eq(app_id))
            .add_option(self.act_id.map(|id| Column::ActId.eq(id)))
            .add_option(self.module_id.map(|id| Column::ModuleId.eq(id)))
            .add_option(self.user_id.map(|id| Column::UserId.eq(id)))
            .add_option(self.prize_id.map(|id| Column::PrizeId.eq(id)))
            .add_option(self.goods_type.map(|kind| Column::GoodsType.eq(kind)))
            .add_option(self.prize_status.map(|state| Column::PrizeStatus.eq(state)))
            .add_option(self.order_no.as_ref().map(|no| Column::OrderNo.eq(no)))
            .add_option(self.from.map(|at| Column::CreatedAt.gte(at)))
            .add_option(self.until.map(|at| Column::CreatedAt.lt(at)))
            .add_option(after.map(|after| Column::Id.lt(after)))
    }
}

/// Somebody who won something, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = lottery::Winner)]
pub struct Winner {
    /// The first letter of his nickname, or the end of his number.
    pub user_nick: String,
    /// What he won.
    pub prize_name: String,
    /// Its picture.
    pub prize_pic: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<Model> for Winner {
    fn from(row: Model) -> Self {
        Self {
            user_nick: masked(&row),
            prize_name: row.prize_name,
            prize_pic: row.prize_pic,
            created_at: row.created_at,
        }
    }
}

/// A winner whom only he himself recognises.
fn masked(row: &Model) -> String {
    match row.user_nick.chars().next() {
        Some(first) => format!("{first}***"),
        None => {
            let id = row.user_id.to_string();
            format!("***{}", &id[id.len().saturating_sub(4)..])
        }
    }
}

impl Lottery<'_> {
    /// How a player is known outside, by the hook of the app.
    ///
    /// # Errors
    /// The hook's.
    pub async fn known_as(&self, player: &Player) -> AppResult<KnownAs> {
        self.engine()?.hooks().known_as(self.ctx, player).await
    }

    /// What a player has won in an activity, which `filter` names, newest first: rows with an id
    /// below `after`, at most `limit`. Hidden ones are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn winnings_of(
        &self,
        player: &Player,
        filter: &WinningFilter,
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<Model>> {
        let filter = WinningFilter {
            act_id: Some(filter.act_id.unwrap_or(Id::new(0))),
            user_id: Some(player.user_id),
            ..filter.clone()
        };
        let act_id = filter.act_id.unwrap_or(Id::new(0));
        let key = shard_key(&player.app_id, act_id, player.user_id);
        let conn = self.ctx.shard_of(GROUP, &key);
        let rows = Entity::find()
            .filter(filter.condition(&player.app_id, after))
            .filter(Column::PrizeStatus.ne(HIDDEN))
            .order_by_desc(Column::Id)
            .limit(limit);
        Ok(rows.all(&conn).await?)
    }

    /// A tenant's winnings over all players, newest first: rows with an id below `after`, at most
    /// `limit`.
    ///
    /// # Errors
    /// The database's.
    pub async fn winnings(
        &self,
        app_id: &str,
        filter: &WinningFilter,
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<Model>> {
        let rows = Entity::find().filter(filter.condition(app_id, after));
        self.newest(rows, limit).await
    }

    /// The newest rows of a selection, over all tables.
    async fn newest(&self, rows: sea_orm::Select<Entity>, limit: u64) -> AppResult<Vec<Model>> {
        let order = [(Column::Id, Order::Desc)];
        self.ctx.scatter_of(GROUP).top(rows, &order, 0, limit).await
    }

    /// The last winners of an activity whose prizes are to be named, newest first; from a minute
    /// ago, at most. Real ones only.
    ///
    /// # Errors
    /// The database's.
    pub async fn winners(&self, app_id: &str, act_id: Id) -> AppResult<Vec<Winner>> {
        let key = CacheKey::of(CACHED).and(app_id).and(act_id);
        let (ctx, tenant) = (self.ctx.clone(), app_id.to_owned());
        let group = CacheGroup::of(CACHED).and(app_id);
        let read = self.ctx.cache().read(key, group);
        let read = read
            .ttl(STALENESS)
            .max_staleness(STALENESS)
            .stale(Duration::ZERO);
        let winners = read
            .get_or_load(move || async move {
                let rows = Entity::find()
                    .filter(Column::AppId.eq(&tenant))
                    .filter(Column::ActId.eq(act_id))
                    .filter(Column::IsPrizeNotice.eq(true))
                    .filter(Column::PrizeStatus.ne(HIDDEN));
                let rows = ctx.lottery().newest(rows, WINNERS_MAX).await?;
                Ok(rows.into_iter().map(Winner::from).collect::<Vec<_>>())
            })
            .await?;
        Ok((*winners).clone())
    }
}
