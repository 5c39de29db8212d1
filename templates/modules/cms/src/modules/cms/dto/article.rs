//! What requests about articles carry and answers show.

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::article::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create an article, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = cms_article::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The activity; 0 for the tenant as a whole. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The place that shows it. Stays as it is.
    #[garde(skip)]
    pub place_id: Id,
    /// Title: 1 to 200 characters.
    #[garde(length(chars, min = 1), custom(valid::string(200)))]
    pub info_title: String,
    /// Short title.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub simple_title: String,
    /// Where the short title leads.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub simple_title_url: String,
    /// Its type, in the words of the app.
    #[garde(skip)]
    #[serde(default)]
    pub info_type: i32,
    /// Summary.
    #[garde(custom(valid::string(1000)))]
    #[serde(default)]
    pub info_summary: String,
    /// Tag.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub info_tag: String,
    /// Mark, such as new or hot.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub info_mark: String,
    /// Where it leads.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub target_url: String,
    /// Small picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub min_pic: String,
    /// Picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub mid_pic: String,
    /// Large picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub max_pic: String,
    /// The article itself.
    #[garde(custom(valid::text))]
    #[serde(default)]
    pub info_data: String,
    /// More pictures.
    #[garde(custom(valid::json))]
    pub pic_collect_json: Option<Json>,
    /// Free for the app.
    #[garde(skip)]
    #[serde(default)]
    pub i1: i32,
    /// Free for the app.
    #[garde(skip)]
    #[serde(default)]
    pub i2: i32,
    /// Free for the app.
    #[garde(skip)]
    #[serde(default)]
    pub i3: i32,
    /// Free for the app.
    #[garde(skip)]
    #[serde(default)]
    pub i4: i32,
    /// Free for the app.
    #[garde(custom(valid::string(255)))]
    #[serde(default)]
    pub s1: String,
    /// Free for the app.
    #[garde(custom(valid::string(255)))]
    #[serde(default)]
    pub s2: String,
    /// Free for the app.
    #[garde(custom(valid::string(255)))]
    #[serde(default)]
    pub s3: String,
    /// Free for the app.
    #[garde(custom(valid::string(255)))]
    #[serde(default)]
    pub s4: String,
    /// Articles are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

/// Which of the articles that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The place.
    #[garde(skip)]
    pub place_id: Id,
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

/// Which of the tenant's articles.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// At this place.
    #[garde(skip)]
    pub place_id: Option<Id>,
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

/// An article as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = cms_article::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The place that shows it.
    pub place_id: Id,
    /// Title: 1 to 200 characters.
    pub info_title: String,
    /// Short title.
    pub simple_title: String,
    /// Where the short title leads.
    pub simple_title_url: String,
    /// Its type, in the words of the app.
    pub info_type: i32,
    /// Summary.
    pub info_summary: String,
    /// Tag.
    pub info_tag: String,
    /// Mark, such as new or hot.
    pub info_mark: String,
    /// Where it leads.
    pub target_url: String,
    /// Small picture.
    pub min_pic: String,
    /// Picture.
    pub mid_pic: String,
    /// Large picture.
    pub max_pic: String,
    /// The article itself.
    pub info_data: String,
    /// More pictures.
    pub pic_collect_json: Option<Json>,
    /// Free for the app.
    pub i1: i32,
    /// Free for the app.
    pub i2: i32,
    /// Free for the app.
    pub i3: i32,
    /// Free for the app.
    pub i4: i32,
    /// Free for the app.
    pub s1: String,
    /// Free for the app.
    pub s2: String,
    /// Free for the app.
    pub s3: String,
    /// Free for the app.
    pub s4: String,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            place_id: row.place_id,
            info_title: row.info_title,
            simple_title: row.simple_title,
            simple_title_url: row.simple_title_url,
            info_type: row.info_type,
            info_summary: row.info_summary,
            info_tag: row.info_tag,
            info_mark: row.info_mark,
            target_url: row.target_url,
            min_pic: row.min_pic,
            mid_pic: row.mid_pic,
            max_pic: row.max_pic,
            info_data: row.info_data,
            pic_collect_json: row.pic_collect_json,
            i1: row.i1,
            i2: row.i2,
            i3: row.i3,
            i4: row.i4,
            s1: row.s1,
            s2: row.s2,
            s3: row.s3,
            s4: row.s4,
        }
    }
}

/// An article as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = cms_article::AdminView)]
pub struct AdminView {
    /// Articles are shown by this, the largest first.
    pub sort_index: i32,
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
            sort_index: row.sort_index,
            is_release: row.is_release,
            release_date: row.release_date,
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
