//! Table `launch_goods_tb`.

use cloudapp_runtime::types::{DateTime, Id, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One goods.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "launch_goods_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The goods of the shop, once in an activity.
    pub goods_id: String,
    /// Whether it is shown in the activity.
    pub is_launch: bool,
    /// When it was last shown or hidden.
    pub launch_date: Option<DateTime<Utc>>,
    /// Whether the platform was told so.
    pub is_sync: bool,
    /// When it was told.
    pub sync_date: Option<DateTime<Utc>>,
    /// What the platform said against it.
    pub error_message: String,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
