//! `operator_recovery_tb`: codes that stand in for a lost authenticator, once each.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_recovery_tb")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: crate::types::Id,
    /// HMAC-SHA256 of the code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_hash: String,
    pub used_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
