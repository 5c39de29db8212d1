//! Table `lottery_count_tb`.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// How often a player has drawn in a module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lottery_count_tb")]
pub(crate) struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// The player.
    pub user_id: Id,
    /// How often he has drawn.
    pub draw_count: i64,
    /// How often on `draw_day`.
    pub day_count: i64,
    /// The day of his last draw, as `20260131`.
    pub draw_day: i32,
    /// Draws without a prize since the last one.
    pub miss_count: i64,
    /// Grows with each change.
    pub version: i64,
    /// When he first drew.
    pub created_at: DateTime<Utc>,
    /// When he last drew.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
