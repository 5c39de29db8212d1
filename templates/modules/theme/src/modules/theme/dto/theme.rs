//! What requests about themes carry and answers show.

use std::mem;

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::theme::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create a theme, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = theme::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Whose it is: 0 the tenant's, 1 every tenant may use it.
    #[garde(range(min = 0, max = 1))]
    #[schema(minimum = 0, maximum = 1, example = 0)]
    #[serde(default)]
    pub ascription_type: i32,
    /// What the theme is called: 1 to 100 characters.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub theme_name: String,
    /// What the console of operators needs of it.
    #[garde(custom(valid::json))]
    pub server_json: Option<Json>,
    /// Its id in the tool that made it, once in a tenant.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub out_id: Option<String>,
    /// Its style, in the words of the app.
    #[garde(skip)]
    #[serde(default)]
    pub style_type: i32,
    /// Themes are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

/// Which of the themes that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Of this style.
    #[garde(skip)]
    pub style_type: Option<i32>,
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

/// Which of the tenant's themes.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this style.
    #[garde(skip)]
    pub style_type: Option<i32>,
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

/// A theme as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = theme::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// Whose it is: 0 the tenant's, 1 every tenant may use it.
    pub ascription_type: i32,
    /// What the theme is called: 1 to 100 characters.
    pub theme_name: String,
    /// Its id in the tool that made it, once in a tenant.
    pub out_id: Option<String>,
    /// Its style, in the words of the app.
    pub style_type: i32,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            ascription_type: row.ascription_type,
            theme_name: row.theme_name,
            out_id: row.out_id,
            style_type: row.style_type,
        }
    }
}

/// A theme as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = theme::AdminView)]
pub struct AdminView {
    /// What the console of operators needs of it.
    pub server_json: Option<Json>,
    /// Themes are shown by this, the largest first.
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
    fn from(mut row: Model) -> Self {
        Self {
            server_json: mem::take(&mut row.server_json),
            sort_index: row.sort_index,
            is_release: row.is_release,
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
