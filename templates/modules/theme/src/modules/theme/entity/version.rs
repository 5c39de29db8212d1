//! Table `theme_ver_tb`.

use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// What a version of the client needs of a theme.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "theme_ver_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The theme.
    pub theme_id: Id,
    /// Its id in the tool that made it.
    pub out_id: Option<String>,
    /// What players' clients need of it.
    pub client_json: Option<Json>,
    /// The version of the client, once in a theme.
    pub ver_no: String,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
