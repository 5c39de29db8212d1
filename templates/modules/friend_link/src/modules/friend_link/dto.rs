//! What requests about links carry and answers show.

use cloudapp_runtime::types::{DateTime, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entity::Model;

/// What is sent to create a link, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = friend_link::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What the link is called: 1 to 100 characters.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub title: String,
    /// Small picture, for lists.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub ad_pic: String,
    /// Large picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub big_pic: String,
    /// Where it leads: a page of a mini-program, or a URL.
    #[garde(length(chars, min = 1), custom(valid::string(500)))]
    pub product_link: String,
    /// A second address that belongs to it, e.g. of a help page.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub associated_url: String,
    /// Links are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

/// A link as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = friend_link::View)]
pub struct View {
    /// Its id.
    pub id: Id,
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
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            title: row.title,
            ad_pic: row.ad_pic,
            big_pic: row.big_pic,
            product_link: row.product_link,
            associated_url: row.associated_url,
        }
    }
}

/// A link as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = friend_link::AdminView)]
pub struct AdminView {
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
