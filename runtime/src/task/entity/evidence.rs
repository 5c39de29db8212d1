//! Table `task_evidence_tb`.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// Something that counts once only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_evidence_tb")]
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
    /// Whose it is.
    pub user_id: Id,
    /// The task.
    pub task_id: Id,
    /// Its type.
    pub task_type: i32,
    /// The part.
    pub task_sub_type: String,
    /// Whether it is the row of the invited, not of who is counted.
    pub is_guest: bool,
    /// A goods, an order, a draw; the other player of an invitation.
    pub object_id: String,
    /// How much it counted.
    pub amount: i64,
    /// Digest of what is unique.
    pub only_key: String,
    /// Whether a round was paid for it.
    pub is_handle: bool,
    /// The day.
    pub create_day: i32,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
