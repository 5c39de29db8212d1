//! Figures of single players.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, Order, QueryFilter as _, Select,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::GROUP;
use super::apply::place;
use super::calendar::number_of;
use super::entity::user_report::{Column, Entity, Model};
use super::read::{quoted, sum_at, summed, written};
use super::service::Stats;
use super::value::Sum;
use crate::db::statement;
use crate::error::{AppError, AppResult};
use crate::types::{Decimal, Id};

/// Which figures of players.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserStatFilter {
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for what belongs to none.
    pub act_id: Id,
    /// The player; all when absent.
    pub user_id: Option<Id>,
    /// The metric; all when absent.
    pub metric: Option<String>,
    /// The first day, in the tenant's time zone; from the beginning when absent.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

/// A player's figure of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserStat {
    /// Unique.
    pub id: Id,
    /// The player.
    pub user_id: Id,
    /// The module of the activity.
    pub module_id: Id,
    /// The object of the module.
    pub object_id: String,
    /// The metric.
    pub name: String,
    /// The day: `2026-01-31`.
    pub date: String,
    /// The figure.
    pub value: Decimal,
    /// Of how many events.
    pub count: i64,
}

impl UserStat {
    fn of(row: Model) -> AppResult<Self> {
        let sum = Sum {
            whole: row.key_value.into(),
            billionths: row.key_fraction.into(),
            count: row.event_count.into(),
        };
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            module_id: row.module_id,
            object_id: row.object_id,
            name: row.key_name,
            date: written(row.create_day),
            value: sum.value()?,
            count: row.event_count,
        })
    }
}

impl UserStatFilter {
    fn days(&self) -> (i32, i32) {
        let from = self.from.map_or(0, number_of);
        (from, self.to.map_or(i32::MAX, number_of))
    }

    fn rows(&self) -> Select<Entity> {
        let (from, to) = self.days();
        let mut rows = Entity::find()
            .filter(Column::AppId.eq(&self.app_id))
            .filter(Column::ActId.eq(self.act_id));
        if self.from.is_some() || self.to.is_some() {
            rows = rows.filter(Column::CreateDay.between(from, to));
        }
        if let Some(user_id) = self.user_id {
            rows = rows.filter(Column::UserId.eq(user_id));
        }
        if let Some(metric) = &self.metric {
            rows = rows.filter(Column::KeyName.eq(metric));
        }
        rows
    }
}

impl Stats<'_> {
    /// What a player's metrics came to, by name; of those that keep figures of players.
    ///
    /// # Errors
    /// `param_error`: the filter names no player. The database's.
    pub async fn user_totals(
        &self,
        filter: &UserStatFilter,
    ) -> AppResult<BTreeMap<String, Decimal>> {
        let Some(user_id) = filter.user_id else {
            return Err(AppError::param(("user_id: is missing", "缺少 user_id")));
        };
        let key = place(&filter.app_id, filter.act_id.get(), user_id.get());
        let conn = self.ctx.shard_reader_of(GROUP, &key);
        let backend = ConnectionTrait::get_database_backend(&conn);
        let (from, to) = filter.days();
        let sql = format!(
            "SELECT key_name, {} FROM {} WHERE user_id = ? AND app_id = ? AND act_id = ? \
             AND create_day >= ? AND create_day <= ? GROUP BY key_name",
            summed(backend),
            quoted("stat_user_report_tb", backend)
        );
        let values = vec![
            user_id.into(),
            filter.app_id.as_str().into(),
            filter.act_id.into(),
            from.into(),
            to.into(),
        ];
        let mut totals = BTreeMap::new();
        for row in statement::all(&conn, &sql, values).await? {
            let name: String = row.try_get_by_index(0)?;
            if filter.metric.as_ref().is_none_or(|wanted| *wanted == name) {
                totals.insert(name, sum_at(&row, 1)?.value()?);
            }
        }
        Ok(totals)
    }

    /// Players' figures by day, newest first: `limit` of them behind the row `after`.
    ///
    /// # Errors
    /// The database's.
    pub async fn user_days(
        &self,
        filter: &UserStatFilter,
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<UserStat>> {
        let mut rows = filter.rows();
        if let Some(after) = after {
            rows = rows.filter(Column::Id.lt(after));
        }
        let all = self.ctx.scatter_of(GROUP);
        let rows = all
            .top(rows, &[(Column::Id, Order::Desc)], 0, limit)
            .await?;
        rows.into_iter().map(UserStat::of).collect()
    }
}
