//! Table `theme_info_tb`.

use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One theme.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "theme_info_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// Whose it is: 0 the tenant's, 1 every tenant may use it.
    pub ascription_type: i32,
    /// What the theme is called: 1 to 100 characters.
    pub theme_name: String,
    /// What the console of operators needs of it.
    pub server_json: Option<Json>,
    /// Its id in the tool that made it, once in a tenant.
    pub out_id: Option<String>,
    /// Its style, in the words of the app.
    pub style_type: i32,
    /// Themes are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it.
    pub is_release: bool,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
