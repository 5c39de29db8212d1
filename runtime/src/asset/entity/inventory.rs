//! Table `asset_inventory_tb`: what a day made of a balance.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// One balance on one day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset_inventory_tb")]
pub struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for assets of the tenant as a whole.
    pub act_id: Id,
    /// The player; 0 for the merchant himself.
    pub user_id: Id,
    /// The kind of asset.
    pub asset_type: i32,
    /// Which of that kind.
    pub asset_object_id: String,
    /// The day in the tenant's time zone, as `20260131`.
    pub create_day: i32,
    /// The balance before the first change of the day.
    pub history_value: i64,
    /// The sum of the gains.
    pub inc_value: i64,
    /// The sum of the spendings, not above 0.
    pub dec_value: i64,
    /// The balance after the last change of the day.
    pub now_value: i64,
    /// How many changes there were.
    pub process_count: i64,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
