//! A figure of a year.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// What the hours of a year came to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stat_archive_tb")]
pub(crate) struct Model {
    /// Unique.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity.
    pub act_id: Id,
    /// The module of the activity.
    pub module_id: Id,
    /// The object of the module.
    pub object_id: String,
    /// The metric.
    pub key_name: String,
    /// The whole part.
    pub key_value: i64,
    /// Billionths, beside the whole part.
    pub key_fraction: i64,
    /// How many events were counted.
    pub event_count: i64,
    /// The year.
    pub create_year: i32,
    /// Whether the hours are gone.
    pub is_removed: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
