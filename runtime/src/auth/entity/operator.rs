//! `operator_tb`: who may use the admin routes of a tenant.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_tb")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: crate::types::Id,
    pub app_id: String,
    pub username: String,
    pub password_hash: String,
    /// A JSON list of patterns.
    pub permissions: String,
    pub is_enabled: bool,
    pub failed_count: i32,
    pub locked_until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
