//! Table `task_gear_count_tb`.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// What a player has done of a task with tiers on one day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_gear_count_tb")]
pub(crate) struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Id,
    /// The tenant.
    pub(crate) app_id: String,
    /// The activity.
    pub(crate) act_id: Id,
    /// The module; 0 for none.
    pub(crate) module_id: Id,
    /// The player.
    pub(crate) user_id: Id,
    /// The task.
    pub(crate) task_id: Id,
    /// Its type.
    pub(crate) task_type: i32,
    /// How much: draws, or hundredths of money.
    pub(crate) now_count: i64,
    /// The day.
    pub(crate) create_day: i32,
    /// Its month.
    pub(crate) create_month: i32,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    /// When it last grew.
    pub(crate) updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
