//! What a metric is, for a tenant or a part of his.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::types::{DateTime, Id, Utc};

/// A definition.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "stat_orm_tb")]
pub struct Model {
    /// Unique.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for all.
    pub act_id: Id,
    /// The module of the activity; 0 for all.
    pub module_id: Id,
    /// The object of the module; empty for all.
    pub object_id: String,
    /// The group in reports.
    pub group_name: String,
    /// The group within the group.
    pub group_sub_name: String,
    /// The name that events say.
    pub key_name: String,
    /// The title.
    pub key_value: String,
    /// What the title means.
    pub tip_title: String,
    /// 1 whole numbers, 2 decimals.
    pub value_type: i32,
    /// 0 each event, 1 once for a player and day, 2 once for a player.
    pub repeat_type: i32,
    /// Whether players' requests may report it.
    pub is_client: bool,
    /// The largest value that one of them may say.
    pub client_max: i64,
    /// Whether each event gets a row in the log.
    pub is_log: bool,
    /// Whether there are figures of single players.
    pub is_user: bool,
    /// Whether reports show it.
    pub is_show: bool,
    /// Place in reports.
    pub sort_index: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
