//! Table `task_swap_tb`.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// A swap of member points.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_swap_tb")]
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
    /// Member points that it costs.
    pub(crate) points: i64,
    /// The period in which it was asked for.
    pub(crate) period_key: String,
    /// 0 waiting, 1 paid, 2 refused by the platform.
    pub(crate) state: i32,
    /// When it was asked for.
    pub(crate) created_at: DateTime<Utc>,
    /// When its state changed.
    pub(crate) updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
