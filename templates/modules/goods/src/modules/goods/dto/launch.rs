//! What requests about goods carry and answers show.

use std::mem;

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::launch::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create a goods, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = goods_launch::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The activity; 0 for the tenant as a whole. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The goods of the shop, once in an activity. Stays as it is.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub goods_id: String,
    /// Whether it is shown in the activity.
    #[garde(skip)]
    #[serde(default)]
    pub is_launch: bool,
}

/// Which of the goods that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
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

/// Which of the tenant's goods.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
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

/// A goods as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = goods_launch::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The goods of the shop, once in an activity.
    pub goods_id: String,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            goods_id: row.goods_id,
        }
    }
}

/// A goods as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = goods_launch::AdminView)]
pub struct AdminView {
    /// Whether it is shown in the activity.
    pub is_launch: bool,
    /// When it was last shown or hidden.
    pub launch_date: Option<DateTime<Utc>>,
    /// Whether the platform was told so.
    pub is_sync: bool,
    /// When it was told.
    pub sync_date: Option<DateTime<Utc>>,
    /// What the platform said against it.
    pub error_message: String,
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
            is_launch: row.is_launch,
            launch_date: row.launch_date,
            is_sync: row.is_sync,
            sync_date: row.sync_date,
            error_message: mem::take(&mut row.error_message),
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
