//! Table `skin_info_tb`.

use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One skin.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "skin_info_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The theme that it is of.
    pub theme_id: Id,
    /// What the skin is called: 1 to 100 characters.
    pub skin_name: String,
    /// Its style, in the words of the app.
    pub style_type: i32,
    /// What players' clients need of it.
    pub client_json: Option<Json>,
    /// What the console of operators needs of it.
    pub server_json: Option<Json>,
    /// Its id in the tool that made it, once in a tenant.
    pub out_id: Option<String>,
    /// The id of its theme there.
    pub theme_out_id: Option<String>,
    /// Skins are shown by this, the largest first.
    pub sort_index: i32,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
