//! Table `act_prize_tb`.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::types::{DateTime, Decimal, Id, Utc};

/// A prize.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "act_prize_tb")]
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
    /// What it is for: 0 draws, 1 tasks, 2 exchanges, the app's own from 101.
    pub ascription_type: i32,
    /// What it is called.
    pub prize_name: String,
    /// A line below the name.
    pub prize_title: String,
    /// Picture.
    pub prize_pic: String,
    /// More pictures: a list in JSON.
    pub prize_detail_json: String,
    /// The goods of the shop; empty for none.
    pub goods_id: String,
    /// The merchant's code of the goods.
    pub goods_code: String,
    /// 1 virtual, 2 to be shipped.
    pub goods_type: i32,
    /// 1 goods, 2 coupon, 3 red packet, 4 consolation, 5 presale, 6 points, 7 card, 8 goods of a
    /// special order, the app's own from 101.
    pub prize_type: i32,
    /// What it is worth.
    pub prize_price: Decimal,
    /// Its weight.
    pub probability: i64,
    /// Its percentage.
    pub chance: Decimal,
    /// How many a player may win; 0 for any number.
    pub prize_limit: i32,
    /// Whether the list of winners names it.
    pub is_prize_notice: bool,
    /// How many are left.
    pub surplus: i64,
    /// Whether players see how many are left.
    pub is_surplus: bool,
    /// How many there are in all.
    pub prize_total: i64,
    /// How many were won.
    pub hand_out: i64,
    /// 1 by chance, 2 fixed by `force_at`.
    pub lottery_type: i32,
    /// The draw of a player that wins it, of `lottery_type` 2.
    pub force_at: i32,
    /// What points it gives, of `prize_type` 6.
    pub asset_type: i32,
    /// Which of that kind.
    pub asset_object_id: String,
    /// How many.
    pub asset_value: i64,
    /// A tag.
    pub tag_name: String,
    /// Its number.
    pub tag_id: i32,
    /// Whether the winner chooses a variant.
    pub is_sku: bool,
    /// The variants: JSON.
    pub sku_json: String,
    /// Prizes are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it and can win it.
    pub is_release: bool,
    /// Whether it was removed.
    pub is_del: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
