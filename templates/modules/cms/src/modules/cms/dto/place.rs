//! What requests about places carry and answers show.

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::place::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create a place, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = cms_place::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What the place is called: 1 to 100 characters, once in a tenant.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub place_name: String,
    /// Who sees it: 1 the merchant in the console, 2 players.
    #[garde(range(min = 1, max = 2))]
    #[schema(minimum = 1, maximum = 2)]
    pub place_type: i32,
    /// How it is shown.
    #[garde(custom(valid::json))]
    pub config_json: Option<Json>,
    /// Which fields its articles have, for the editor.
    #[garde(custom(valid::json))]
    pub field_config_json: Option<Json>,
    /// A note for operators.
    #[garde(custom(valid::string(255)))]
    #[serde(default)]
    pub remark: String,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

/// Which of the tenant's places.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this type.
    #[garde(skip)]
    pub place_type: Option<i32>,
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

/// A place as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = cms_place::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// What the place is called: 1 to 100 characters, once in a tenant.
    pub place_name: String,
    /// Who sees it: 1 the merchant in the console, 2 players.
    pub place_type: i32,
    /// How it is shown.
    pub config_json: Option<Json>,
    /// Which fields its articles have, for the editor.
    pub field_config_json: Option<Json>,
    /// A note for operators.
    pub remark: String,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            place_name: row.place_name,
            place_type: row.place_type,
            config_json: row.config_json,
            field_config_json: row.field_config_json,
            remark: row.remark,
        }
    }
}

/// A place as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = cms_place::AdminView)]
pub struct AdminView {
    /// Whether players see it.
    pub is_release: bool,
    /// When `is_release` last changed.
    pub release_date: DateTime<Utc>,
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
            is_release: row.is_release,
            release_date: row.release_date,
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
