//! Table `friend_link_tb`.

use cloudapp_runtime::types::{DateTime, Id, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One link.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "friend_link_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// What the link is called: 1 to 100 characters.
    pub title: String,
    /// Small picture, for lists.
    pub ad_pic: String,
    /// Large picture.
    pub big_pic: String,
    /// Where it leads: a page of a mini-program, or a URL.
    pub product_link: String,
    /// A second address that belongs to it, e.g. of a help page.
    pub associated_url: String,
    /// Links are shown by this, the largest first.
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
