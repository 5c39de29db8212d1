//! Table `task_log_tb`.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// A payment, for operators (`task.log`).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_log_tb")]
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
    /// What it is for.
    pub log_title: String,
    /// Details.
    pub info_json: String,
    /// The task.
    pub task_id: Id,
    /// Its type.
    pub task_type: i32,
    /// The part.
    pub task_sub_type: String,
    /// Its name then.
    pub task_name: String,
    /// 1 asset, 2 prize, 3 card.
    pub reward_type: i32,
    /// Which one.
    pub reward_object_id: String,
    /// Its name.
    pub reward_name: String,
    /// How many.
    pub reward_num: i64,
    /// The route that paid.
    pub handler_name: String,
    /// The request that paid.
    pub request_code: String,
    /// The day.
    pub create_day: i32,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
