//! Table `tao_coupon_tb`.

use cloudapp_runtime::types::{DateTime, Decimal, Id, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One coupon.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "tao_coupon_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// The prize that it is given with, once in an activity.
    pub prize_id: Id,
    /// What it is: 0 nothing yet, 1 of the store, 2 of a goods, 3 of members.
    pub coupon_type: i32,
    /// Where it is collected.
    pub coupon_url: String,
    /// What it is worth, at least 0.
    pub coupon_price: Decimal,
    /// From what amount it can be used, at least 0.
    pub use_sill_price: Decimal,
    /// Its name at the platform.
    pub right_ename: String,
    /// The pool that it is taken from there.
    pub pool_id: String,
    /// It can be used from then on.
    pub coupon_start_date: Option<DateTime<Utc>>,
    /// It can be used until then; null for ever.
    pub coupon_end_date: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
