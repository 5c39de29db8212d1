//! A player's figure of a day.

use sea_orm::entity::prelude::*;

use crate::types::Id;

/// What a player's events of a day came to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stat_user_report_tb")]
pub(crate) struct Model {
    /// Unique over all physical tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity.
    pub act_id: Id,
    /// The module of the activity.
    pub module_id: Id,
    /// The object of the module.
    pub object_id: String,
    /// The player.
    pub user_id: Id,
    /// The metric.
    pub key_name: String,
    /// The whole part.
    pub key_value: i64,
    /// Billionths, beside the whole part.
    pub key_fraction: i64,
    /// How many events were counted.
    pub event_count: i64,
    /// The day in the tenant's time zone, as `20260131`.
    pub create_day: i32,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
