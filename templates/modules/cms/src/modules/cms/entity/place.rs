//! Table `cms_place_tb`.

use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One place.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "cms_place_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
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
