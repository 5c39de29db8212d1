//! What requests about series carry and answers show.

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::ip_info::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create a series, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = ip_series_info::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The activity; 0 for the tenant as a whole. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// What the series is called: 1 to 100 characters.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub ip_name: String,
    /// How it is played, in the words of the app.
    #[garde(skip)]
    #[serde(default)]
    pub mode_type: i32,
    /// Its type, of the same activity; 0 for none.
    #[garde(skip)]
    #[serde(default)]
    pub ip_type: Id,
    /// Picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub ip_pic: String,
    /// Large picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub show_pic: String,
    /// What it is about.
    #[garde(custom(valid::text))]
    #[serde(default)]
    pub ip_summary: String,
    /// What else the app keeps of it.
    #[garde(custom(valid::json))]
    pub ip_config_json: Option<Json>,
    /// Series are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

/// Which of the series that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// Of this type.
    #[garde(skip)]
    pub ip_type: Option<Id>,
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

/// Which of the tenant's series.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this type.
    #[garde(skip)]
    pub ip_type: Option<Id>,
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

/// A series as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ip_series_info::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// What the series is called: 1 to 100 characters.
    pub ip_name: String,
    /// How it is played, in the words of the app.
    pub mode_type: i32,
    /// Its type, of the same activity; 0 for none.
    pub ip_type: Id,
    /// Picture.
    pub ip_pic: String,
    /// Large picture.
    pub show_pic: String,
    /// What it is about.
    pub ip_summary: String,
    /// What else the app keeps of it.
    pub ip_config_json: Option<Json>,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            ip_name: row.ip_name,
            mode_type: row.mode_type,
            ip_type: row.ip_type,
            ip_pic: row.ip_pic,
            show_pic: row.show_pic,
            ip_summary: row.ip_summary,
            ip_config_json: row.ip_config_json,
        }
    }
}

/// A series as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ip_series_info::AdminView)]
pub struct AdminView {
    /// Series are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it.
    pub is_release: bool,
    /// Whether it was removed.
    pub is_del: bool,
    /// When it was removed.
    pub del_date: Option<DateTime<Utc>>,
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
            is_del: row.is_del,
            del_date: row.del_date,
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
