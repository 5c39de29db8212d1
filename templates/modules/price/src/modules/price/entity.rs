//! Table `price_gear_tb`.

use cloudapp_runtime::types::{DateTime, Decimal, Id, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One price gear.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "price_gear_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// What the gear is for, in the words of the app; 0 for nothing special.
    pub business_type: i32,
    /// What it is bound to: 1 one SKU, 2 a goods with all its SKUs.
    pub relation_type: i32,
    /// The goods of the shop; null while it is bound to none.
    pub goods_id: Option<String>,
    /// The SKU of the goods; null for all of them.
    pub sku_id: Option<String>,
    /// What the gear is called: 1 to 100 characters.
    pub price_gear_name: String,
    /// Picture.
    pub price_gear_pic: String,
    /// What it costs, at least 0.
    pub price: Decimal,
    /// Players see it from then on; null for at once.
    pub effective_date: Option<DateTime<Utc>>,
    /// A note for operators.
    pub remark: String,
    /// Price gears are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether it was removed.
    pub is_del: bool,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
