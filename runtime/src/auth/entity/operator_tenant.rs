//! `operator_tenant_tb`: which tenants an operator was given, beside his own.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_tenant_tb")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: crate::types::Id,
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
