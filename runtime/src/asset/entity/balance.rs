//! Table `user_asset_tb`: balances.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// One balance.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_asset_tb")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Id,
    pub(crate) app_id: String,
    pub(crate) act_id: Id,
    pub(crate) user_id: Id,
    pub(crate) asset_type: i32,
    pub(crate) asset_object_id: String,
    /// Never negative.
    pub(crate) asset_value: i64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
