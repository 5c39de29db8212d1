//! Table `task_count_tb`.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// What a player has done of one part of a task.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_count_tb")]
pub struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity.
    pub act_id: Id,
    /// The module; 0 for none.
    pub module_id: Id,
    /// The player.
    pub user_id: Id,
    /// The task.
    pub task_id: Id,
    /// Its type.
    pub task_type: i32,
    /// The part; empty for the task itself.
    pub task_sub_type: String,
    /// Rounds of the period that are paid.
    pub complete_count: i64,
    /// Progress that is not paid for.
    pub now_count: i64,
    /// The period of both.
    pub period_key: String,
    /// Last day on which something counted.
    pub modify_day: i32,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When something last counted.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
