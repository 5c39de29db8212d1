//! Table `cms_info_tb`.

use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One article.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "cms_info_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
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
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
