//! `operator_role_tb`: which roles an operator has.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_role_tb")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: crate::types::Id,
    #[sea_orm(primary_key, auto_increment = false)]
    pub role_id: crate::types::Id,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
