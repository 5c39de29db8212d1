//! What requests about price gears carry and answers show.

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

/// What is sent to create a price gear, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = price::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The activity; 0 for the tenant as a whole. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// What the gear is for, in the words of the app; 0 for nothing special.
    #[garde(skip)]
    #[serde(default)]
    pub business_type: i32,
    /// What it is bound to: 1 one SKU, 2 a goods with all its SKUs.
    #[garde(range(min = 1, max = 2))]
    #[schema(minimum = 1, maximum = 2)]
    pub relation_type: i32,
    /// The goods of the shop; null while it is bound to none.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub goods_id: Option<String>,
    /// The SKU of the goods; null for all of them.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub sku_id: Option<String>,
    /// What the gear is called: 1 to 100 characters.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub price_gear_name: String,
    /// Picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub price_gear_pic: String,
    /// What it costs, at least 0.
    #[garde(custom(valid::decimal(18, 2)), custom(valid::not_negative))]
    pub price: Decimal,
    /// Players see it from then on; null for at once.
    #[garde(custom(valid::datetime))]
    pub effective_date: Option<DateTime<Utc>>,
    /// A note for operators.
    #[garde(custom(valid::string(255)))]
    #[serde(default)]
    pub remark: String,
    /// Price gears are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
}

/// Which of the price gears that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// Of this purpose.
    #[garde(skip)]
    pub business_type: Option<i32>,
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

/// Which of the tenant's price gears.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this purpose.
    #[garde(skip)]
    pub business_type: Option<i32>,
    /// Those that were removed, instead of those that were not.
    #[garde(skip)]
    #[serde(default)]
    pub is_del: bool,
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

/// A price gear as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = price::View)]
pub struct View {
    /// Its id.
    pub id: Id,
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
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            business_type: row.business_type,
            relation_type: row.relation_type,
            goods_id: row.goods_id,
            sku_id: row.sku_id,
            price_gear_name: row.price_gear_name,
            price_gear_pic: row.price_gear_pic,
            price: row.price,
            effective_date: row.effective_date,
        }
    }
}

/// A price gear as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = price::AdminView)]
pub struct AdminView {
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
    /// What players see.
    #[serde(flatten)]
    pub view: View,
}

impl From<Model> for AdminView {
    fn from(mut row: Model) -> Self {
        Self {
            remark: mem::take(&mut row.remark),
            sort_index: row.sort_index,
            is_del: row.is_del,
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}

/// Which goods.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CheckQuery {
    /// The goods of the shop.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub goods_id: String,
}
