//! Table `asset_lot_tb`: what is left of the gains that expire at one time.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// One lot.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset_lot_tb")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Id,
    pub(crate) app_id: String,
    pub(crate) act_id: Id,
    pub(crate) user_id: Id,
    pub(crate) asset_type: i32,
    pub(crate) asset_object_id: String,
    /// More than 0: a lot that is used up is deleted.
    pub(crate) remaining: i64,
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
