//! What requests about skins carry and answers show.

use std::mem;

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::skin::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create a skin, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = theme_skin::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The theme that it is of. Stays as it is.
    #[garde(skip)]
    pub theme_id: Id,
    /// What the skin is called: 1 to 100 characters.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub skin_name: String,
    /// Its style, in the words of the app.
    #[garde(skip)]
    #[serde(default)]
    pub style_type: i32,
    /// What players' clients need of it.
    #[garde(custom(valid::json))]
    pub client_json: Option<Json>,
    /// What the console of operators needs of it.
    #[garde(custom(valid::json))]
    pub server_json: Option<Json>,
    /// Its id in the tool that made it, once in a tenant.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub out_id: Option<String>,
    /// The id of its theme there.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub theme_out_id: Option<String>,
    /// Skins are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
}

/// Which of the tenant's skins.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this theme.
    #[garde(skip)]
    pub theme_id: Option<Id>,
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

/// A skin as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = theme_skin::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// The theme that it is of.
    pub theme_id: Id,
    /// What the skin is called: 1 to 100 characters.
    pub skin_name: String,
    /// Its style, in the words of the app.
    pub style_type: i32,
    /// What players' clients need of it.
    pub client_json: Option<Json>,
    /// Its id in the tool that made it, once in a tenant.
    pub out_id: Option<String>,
    /// The id of its theme there.
    pub theme_out_id: Option<String>,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            theme_id: row.theme_id,
            skin_name: row.skin_name,
            style_type: row.style_type,
            client_json: row.client_json,
            out_id: row.out_id,
            theme_out_id: row.theme_out_id,
        }
    }
}

/// A skin as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = theme_skin::AdminView)]
pub struct AdminView {
    /// What the console of operators needs of it.
    pub server_json: Option<Json>,
    /// Skins are shown by this, the largest first.
    pub sort_index: i32,
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
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
