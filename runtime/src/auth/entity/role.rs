//! `role_tb`: what operators of a tenant may do, under a name.

use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "role_tb")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: crate::types::Id,
    pub app_id: String,
    pub role_name: String,
    pub remark: String,
    /// A JSON list of patterns.
    pub permissions: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
