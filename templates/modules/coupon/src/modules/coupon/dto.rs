//! What requests about coupons carry and answers show.

use std::mem;

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Decimal, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entity::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create a coupon, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = coupon::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The activity; 0 for the tenant as a whole. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    #[garde(skip)]
    #[serde(default)]
    pub module_id: Id,
    /// The prize that it is given with, once in an activity. Stays as it is.
    #[garde(skip)]
    pub prize_id: Id,
    /// What it is: 0 nothing yet, 1 of the store, 2 of a goods, 3 of members.
    #[garde(range(min = 0, max = 3))]
    #[schema(minimum = 0, maximum = 3)]
    #[serde(default)]
    pub coupon_type: i32,
    /// Where it is collected.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub coupon_url: String,
    /// What it is worth, at least 0.
    #[garde(custom(valid::decimal(18, 2)), custom(valid::not_negative))]
    pub coupon_price: Decimal,
    /// From what amount it can be used, at least 0.
    #[garde(custom(valid::decimal(18, 2)), custom(valid::not_negative))]
    pub use_sill_price: Decimal,
    /// Its name at the platform.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub right_ename: String,
    /// The pool that it is taken from there.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub pool_id: String,
    /// It can be used from then on.
    #[garde(custom(valid::datetime))]
    pub coupon_start_date: Option<DateTime<Utc>>,
    /// It can be used until then; null for ever.
    #[garde(custom(valid::datetime))]
    pub coupon_end_date: Option<DateTime<Utc>>,
}

/// Which of the coupons that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// Of this prize.
    #[garde(skip)]
    pub prize_id: Option<Id>,
    /// Number of the page, from 0.
    #[garde(range(max = PAGE_INDEX_MAX))]
    #[param(default = 0, maximum = 1_000_000_000)]
    #[serde(default)]
    pub page_index: u64,
    /// Rows on a page.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl ListQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }
}

/// Which of the tenant's coupons.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this prize.
    #[garde(skip)]
    pub prize_id: Option<Id>,
    /// Number of the page, from 0.
    #[garde(range(max = PAGE_INDEX_MAX))]
    #[param(default = 0, maximum = 1_000_000_000)]
    #[serde(default)]
    pub page_index: u64,
    /// Rows on a page.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl AdminQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }
}

/// A coupon as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = coupon::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// The prize that it is given with, once in an activity.
    pub prize_id: Id,
    /// What it is: 0 nothing yet, 1 of the store, 2 of a goods, 3 of members.
    pub coupon_type: i32,
    /// What it is worth, at least 0.
    pub coupon_price: Decimal,
    /// From what amount it can be used, at least 0.
    pub use_sill_price: Decimal,
    /// It can be used from then on.
    pub coupon_start_date: Option<DateTime<Utc>>,
    /// It can be used until then; null for ever.
    pub coupon_end_date: Option<DateTime<Utc>>,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            module_id: row.module_id,
            prize_id: row.prize_id,
            coupon_type: row.coupon_type,
            coupon_price: row.coupon_price,
            use_sill_price: row.use_sill_price,
            coupon_start_date: row.coupon_start_date,
            coupon_end_date: row.coupon_end_date,
        }
    }
}

/// A coupon as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = coupon::AdminView)]
pub struct AdminView {
    /// Where it is collected.
    pub coupon_url: String,
    /// Its name at the platform.
    pub right_ename: String,
    /// The pool that it is taken from there.
    pub pool_id: String,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// What players see.
    #[serde(flatten)]
    pub view: View,
}

impl From<Model> for AdminView {
    fn from(mut row: Model) -> Self {
        Self {
            coupon_url: mem::take(&mut row.coupon_url),
            right_ename: mem::take(&mut row.right_ename),
            pool_id: mem::take(&mut row.pool_id),
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
