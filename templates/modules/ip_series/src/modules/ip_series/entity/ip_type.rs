//! Table `ip_type_tb`.

use cloudapp_runtime::types::{DateTime, Id, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One type of series.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "ip_type_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// What the type is called: 1 to 100 characters, once in an activity.
    pub type_name: String,
    /// Picture.
    pub type_pic: String,
    /// Types of series are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it.
    pub is_release: bool,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
