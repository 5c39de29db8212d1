//! What requests about types of series carry and answers show.

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::ip_type::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create a type of series, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = ip_series_type::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The activity; 0 for the tenant as a whole. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// What the type is called: 1 to 100 characters, once in an activity.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub type_name: String,
    /// Picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub type_pic: String,
    /// Types of series are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

/// Which of the types of series that players see.
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

/// Which of the tenant's types of series.
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

/// A type of series as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ip_series_type::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// What the type is called: 1 to 100 characters, once in an activity.
    pub type_name: String,
    /// Picture.
    pub type_pic: String,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            type_name: row.type_name,
            type_pic: row.type_pic,
        }
    }
}

/// A type of series as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ip_series_type::AdminView)]
pub struct AdminView {
    /// Types of series are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it.
    pub is_release: bool,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// What players see.
    #[serde(flatten)]
    pub view: View,
}

impl From<Model> for AdminView {
    fn from(row: Model) -> Self {
        Self {
            sort_index: row.sort_index,
            is_release: row.is_release,
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
