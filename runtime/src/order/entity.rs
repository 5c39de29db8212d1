//! Table `prize_order_tb`.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::types::{DateTime, Decimal, Id, Utc};

/// A shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "prize_order_tb")]
pub struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// Its number: the id in digits.
    pub order_no: String,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for several or none.
    pub module_id: Id,
    /// The player.
    pub user_id: Id,
    /// Digest of tenant, activity and idempotency key: unique.
    pub only_key: String,
    /// How the platform knows him; empty when it is not known here.
    pub open_id: String,
    /// His nickname; empty when it is not known here.
    pub user_nick: String,
    /// 1 the player, 2 the system, 3 the merchant.
    pub source_type: i32,
    /// The names of what is in it, cut off.
    pub order_name: String,
    /// How many winnings are in it.
    pub goods_count: i32,
    /// Who receives it; encrypted.
    pub real_name: String,
    /// How to reach him; encrypted.
    pub telephone: String,
    /// Province.
    pub province: String,
    /// City.
    pub city: String,
    /// County.
    pub county: String,
    /// Street or town.
    pub street: String,
    /// House and door; encrypted.
    pub address: String,
    /// -2 being paid, -1 unpaid, 0 to be shipped, 1 shipped, 2 will not be, 3 refunded,
    /// 4 complete.
    pub order_status: i32,
    /// Who carries it.
    pub express_company: String,
    /// The tracking number.
    pub express_no: String,
    /// When it was shipped.
    pub deliver_date: Option<DateTime<Utc>>,
    /// What the player says.
    pub buyer_remark: String,
    /// What the merchant says.
    pub seller_remark: String,
    /// Whether an operator changed the address.
    pub cs_modify_address: bool,
    /// What is in it is worth.
    pub order_price: Decimal,
    /// Whether freight is free.
    pub is_free_freight: bool,
    /// Freight.
    pub freight_price: Decimal,
    /// The payment of the freight; empty for none.
    pub freight_pay_order_no: String,
    /// What the ERP knows: 0 to be told, 1 told, 2 failed, 3 another address to be told.
    pub sync_status: i32,
    /// The request.
    pub request_code: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
