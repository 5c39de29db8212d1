//! What requests about special goods carry and answers show.

use cloudapp_runtime::types::{DateTime, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::entity::special::Model;

/// What is sent to create a special goods, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = goods_special::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The goods of the shop, once in a tenant. Stays as it is.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub goods_id: String,
    /// What it is called.
    #[garde(custom(valid::string(200)))]
    #[serde(default)]
    pub goods_name: String,
}

/// A special goods as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = goods_special::View)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// The goods of the shop, once in a tenant.
    pub goods_id: String,
    /// What it is called.
    pub goods_name: String,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            goods_id: row.goods_id,
            goods_name: row.goods_name,
        }
    }
}

/// A special goods as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = goods_special::AdminView)]
pub struct AdminView {
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
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}
