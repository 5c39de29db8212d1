//! Table `ip_info_tb`.

use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One series.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "ip_info_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
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
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
