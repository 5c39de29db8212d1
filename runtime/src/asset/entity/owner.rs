//! Table `asset_owner_tb`: the head of an owner's journal. Its row lock is the owner's lock.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// The head of one journal.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset_owner_tb")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Id,
    pub(crate) app_id: String,
    pub(crate) act_id: Id,
    pub(crate) user_id: Id,
    /// Number of the newest row.
    pub(crate) seq: i64,
    /// Hash of the newest row, in hexadecimal.
    pub(crate) chain: String,
    /// Key of that hash.
    pub(crate) key_id: String,
    pub(crate) created_at: DateTime<Utc>,
    /// Time of the newest row.
    pub(crate) updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
