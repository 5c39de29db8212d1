//! Shipments, for those who only look.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::entity::{Column, Entity, Model};
use super::orders::Orders;
use crate::auth::Player;
use crate::error::{AppError, AppResult};
use crate::lottery::{WinningRow, roster};
use crate::task::unit::{GROUP, shard_key};
use crate::types::{DateTime, Id, Utc};

/// Most winnings that are read for a list of shipments.
const WITHIN_MAX: u64 = 100_000;

/// Which shipments. All, unless set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Of this activity.
    pub act_id: Option<Id>,
    /// Of this player.
    pub user_id: Option<Id>,
    /// With this number.
    pub order_no: Option<String>,
    /// In this state.
    pub order_status: Option<i32>,
    /// With this tracking number.
    pub express_no: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

impl OrderFilter {
    fn condition(&self, app_id: &str, after: Option<Id>) -> Condition {
        Condition::all()
            .add(Column::AppId.eq(app_id))
            .add_option(self.act_id.map(|id| Column::ActId.eq(id)))
            .add_option(self.user_id.map(|id| Column::UserId.eq(id)))
            .add_option(self.order_no.as_ref().map(|no| Column::OrderNo.eq(no)))
            .add_option(self.order_status.map(|state| Column::OrderStatus.eq(state)))
            .add_option(self.express_no.as_ref().map(|no| Column::ExpressNo.eq(no)))
            .add_option(self.from.map(|at| Column::CreatedAt.gte(at)))
            .add_option(self.until.map(|at| Column::CreatedAt.lt(at)))
            .add_option(after.map(|after| Column::Id.lt(after)))
    }
}

impl Orders<'_> {
    /// A player's shipments of an activity, newest first: rows with an id below `after`, at most
    /// `limit`; in one state, or in all.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_player(
        &self,
        player: &Player,
        (act_id, order_status): (Id, Option<i32>),
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<Model>> {
        let filter = OrderFilter {
            act_id: Some(act_id),
            user_id: Some(player.user_id),
            order_status,
            ..OrderFilter::default()
        };
        let key = shard_key(&player.app_id, act_id, player.user_id);
        let conn = self.ctx.shard_of(GROUP, &key);
        let rows = Entity::find()
            .filter(filter.condition(&player.app_id, after))
            .order_by_desc(Column::Id)
            .limit(limit);
        Ok(rows.all(&conn).await?)
    }

    /// A player's shipment.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn get_of(&self, player: &Player, (act_id, id): (Id, Id)) -> AppResult<Model> {
        let key = shard_key(&player.app_id, act_id, player.user_id);
        let row = Entity::find()
            .filter(Column::UserId.eq(player.user_id))
            .filter(Column::Id.eq(id))
            .filter(Column::AppId.eq(&player.app_id))
            .filter(Column::ActId.eq(act_id));
        let row = row.one(&self.ctx.shard_of(GROUP, &key)).await?;
        row.ok_or_else(AppError::not_found)
    }

    /// A tenant's shipments, newest first: rows with an id below `after`, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(
        &self,
        app_id: &str,
        filter: &OrderFilter,
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<Model>> {
        let rows = Entity::find().filter(filter.condition(app_id, after));
        let order = [(Column::Id, Order::Desc)];
        let all = self.ctx.scatter_of(GROUP);
        all.top(rows, &order, 0, limit).await
    }

    /// A shipment of a tenant.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn get(&self, app_id: &str, id: Id) -> AppResult<Model> {
        let row = Entity::find()
            .filter(Column::Id.eq(id))
            .filter(Column::AppId.eq(app_id));
        let row = self.ctx.scatter_of(GROUP).one(row).await?;
        row.ok_or_else(AppError::not_found)
    }

    /// What is in shipments, by their numbers.
    ///
    /// # Errors
    /// The database's.
    pub async fn within(&self, orders: &[Model]) -> AppResult<HashMap<String, Vec<WinningRow>>> {
        let mut within: HashMap<String, Vec<WinningRow>> = HashMap::new();
        for row in self.rows_within(orders).await? {
            let is_own = |order: &&Model| order.order_no == row.order_no;
            if orders.iter().find(is_own).map(|order| &order.app_id) == Some(&row.app_id) {
                within.entry(row.order_no.clone()).or_default().push(row);
            }
        }
        Ok(within)
    }

    async fn rows_within(&self, orders: &[Model]) -> AppResult<Vec<WinningRow>> {
        let Some(first) = orders.first() else {
            return Ok(Vec::new());
        };
        let numbers = orders.iter().map(|order| order.order_no.as_str());
        let rows = roster::Entity::find().filter(roster::Column::OrderNo.is_in(numbers));
        let of = |order: &Model| (order.user_id, order.act_id);
        if orders.iter().all(|order| of(order) == of(first)) {
            // One player's are in one table.
            let key = shard_key(&first.app_id, first.act_id, first.user_id);
            let rows = rows
                .filter(roster::Column::UserId.eq(first.user_id))
                .order_by_asc(roster::Column::Id);
            return Ok(rows.all(&self.ctx.shard_of(GROUP, &key)).await?);
        }
        let order = [(roster::Column::Id, Order::Asc)];
        let all = self.ctx.scatter_of(GROUP);
        all.top(rows, &order, 0, WITHIN_MAX).await
    }
}
