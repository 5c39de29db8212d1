//! Table `prize_roster_tb`.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Decimal, Id, Utc};

/// A prize that was won.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "prize_roster_tb")]
pub struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// The player.
    pub user_id: Id,
    /// How the platform knows him; empty when it is not known here.
    pub open_id: String,
    /// His nickname; empty when it is not known here.
    pub user_nick: String,
    /// 0 a draw, 1 a task, 2 an exchange.
    pub source_type: i32,
    /// Which draw, payment or exchange.
    pub source_object_id: String,
    /// Unique: digest of what it was won by.
    pub only_key: String,
    /// The prize.
    pub prize_id: Id,
    /// Its name then.
    pub prize_name: String,
    /// Its picture then.
    pub prize_pic: String,
    /// More pictures: a list in JSON.
    pub prize_detail_json: String,
    /// What it was worth.
    pub prize_price: Decimal,
    /// Its type.
    pub prize_type: i32,
    /// 1 virtual, 2 to be shipped.
    pub goods_type: i32,
    /// The goods of the shop; empty for none.
    pub goods_id: String,
    /// The merchant's code of the goods.
    pub goods_code: String,
    /// Its tag.
    pub tag_name: String,
    /// Number of the tag.
    pub tag_id: i32,
    /// Whether the winner chooses a variant.
    pub is_sku: bool,
    /// The variants: JSON.
    pub sku_json: String,
    /// The variant that he chose.
    pub sku_id: String,
    /// Its name.
    pub sku_name: String,
    /// Whether the list of winners names it.
    pub is_prize_notice: bool,
    /// The shipment that it is in; empty for none.
    pub order_no: String,
    /// 0 to be ordered, 1 ordered, 2 bought back, 10 hidden, 11 nothing to ship.
    pub prize_status: i32,
    /// 0 not shipped, 1 shipped, 2 will not be.
    pub logistics_status: i32,
    /// 0 unpaid, 1 paid, 2 refunded, 3 in progress.
    pub pay_status: i32,
    /// The request that won it.
    pub request_code: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
