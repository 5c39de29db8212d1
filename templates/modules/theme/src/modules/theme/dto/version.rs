//! What requests about versions of themes carry and answers show.

use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::{theme, version};
use super::theme::View as ThemeView;

/// What is sent to say what a version of the client needs of a theme.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = theme_version::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The version of the client: 1 to 32 characters, once in a theme.
    #[garde(length(chars, min = 1), custom(valid::string(32)))]
    pub ver_no: String,
    /// What players' clients need of it.
    #[garde(custom(valid::json))]
    pub client_json: Option<Json>,
    /// Its id in the tool that made it.
    #[garde(custom(valid::string(64)))]
    pub out_id: Option<String>,
}

/// Which version of the client asks.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct VersionQuery {
    /// The version of the client; the description that was made last without it.
    #[garde(custom(valid::string(32)))]
    pub ver_no: Option<String>,
}

/// What a version of the client needs of a theme, as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = theme_version::AdminView)]
pub struct AdminView {
    /// Its id.
    pub id: Id,
    /// The theme.
    pub theme_id: Id,
    /// The version of the client, once in a theme.
    pub ver_no: String,
    /// What players' clients need of it.
    pub client_json: Option<Json>,
    /// Its id in the tool that made it.
    pub out_id: Option<String>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<version::Model> for AdminView {
    fn from(row: version::Model) -> Self {
        Self {
            id: row.id,
            theme_id: row.theme_id,
            ver_no: row.ver_no,
            client_json: row.client_json,
            out_id: row.out_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A theme as a version of the client needs it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = theme_version::ClientView)]
pub struct ClientView {
    /// The version of the client that the description was made for; null when there is none.
    pub ver_no: Option<String>,
    /// What players' clients need of it.
    pub client_json: Option<Json>,
    /// The theme.
    #[serde(flatten)]
    pub theme: ThemeView,
}

impl ClientView {
    /// A theme with one of its versions.
    pub fn new(theme: theme::Model, version: Option<version::Model>) -> Self {
        let (ver_no, client_json) = match version {
            Some(version) => (Some(version.ver_no), version.client_json),
            None => (None, None),
        };
        Self {
            ver_no,
            client_json,
            theme: theme.into(),
        }
    }
}
