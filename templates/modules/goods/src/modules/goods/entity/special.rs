//! Table `special_goods_tb`.

use cloudapp_runtime::types::{DateTime, Id, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One special goods.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "special_goods_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The goods of the shop, once in a tenant.
    pub goods_id: String,
    /// What it is called.
    pub goods_name: String,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
