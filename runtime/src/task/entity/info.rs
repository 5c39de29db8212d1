//! Table `task_info_tb`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::types::{DateTime, Id, Utc};

/// One task of an activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "task_info_tb")]
pub struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// 1 to 26, or an own one from 201.
    pub task_type: i32,
    /// What players read; empty for the name of the type.
    pub task_name: String,
    /// The period: 1 day, 2 week, 3 permanent, 4 month, 5 activity.
    pub complete_type: i32,
    /// What the type needs, as JSON.
    pub config_json: String,
    /// Tasks are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it.
    pub is_release: bool,
    /// When `is_release` last changed.
    pub release_date: DateTime<Utc>,
    /// Whether it was removed.
    pub is_del: bool,
    /// What it belongs to in the app.
    pub source_object_id: String,
    /// Where the client goes for it.
    pub route_url: String,
    /// Not before.
    pub starts_at: Option<DateTime<Utc>>,
    /// Not from then on.
    pub ends_at: Option<DateTime<Utc>>,
    /// Free for the app.
    pub i1: i32,
    /// Free for the app.
    pub i2: i32,
    /// Free for the app.
    pub s1: String,
    /// Free for the app.
    pub s2: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
