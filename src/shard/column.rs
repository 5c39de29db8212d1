//! [`ShardBy`]: the column whose value decides in which physical table a row of a module is.

use thiserror::Error;

use crate::field::{Field, FieldKind};
use crate::name::FieldName;

/// Columns that the table of every custom module has, and that can be the key.
const BASE: [&str; 2] = ["user_id", "app_id"];

/// Longest key, in characters: what moves rows keeps a list of keys in a column of this length.
const KEY_LEN_MAX: u32 = 190;

/// The key column of a module's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardBy {
    /// `user_id`: the rows of a player are together.
    User,
    /// `app_id`: the rows of a tenant are together.
    Tenant,
    /// A field of the module.
    Field {
        /// Which one.
        name: FieldName,
        /// Its type.
        kind: FieldKind,
    },
}

/// Why a `--shard-by` was refused.
#[derive(Debug, Error)]
pub enum ShardByError {
    /// The column can't be the key.
    #[error("`--shard-by {given}`: {reason}; use one of {legal}")]
    Column {
        /// What was given.
        given: String,
        /// Why not.
        reason: String,
        /// What could be given.
        legal: String,
    },
    /// A unique index that does not contain the key.
    #[error(
        "field `{field}` can't be unique when the module is sharded by `{given}`: it would be unique \
         in one physical table only; shard by `app_id` or by `{field}`, or leave `:unique` out"
    )]
    Unique {
        /// The field.
        field: String,
        /// What was given.
        given: String,
    },
    /// The module comes from the catalogue.
    #[error(
        "`--shard-by {given}`: only a module made of fields can be sharded; give it some with \
         `--field`"
    )]
    NoFields {
        /// What was given.
        given: String,
    },
}

impl ShardBy {
    /// Reads the column for a module of `fields`.
    ///
    /// # Errors
    /// [`ShardByError`], naming what would be legal.
    pub fn parse(given: &str, fields: &[Field]) -> Result<Self, ShardByError> {
        let shown = crate::name::shown(given);
        if fields.is_empty() {
            return Err(ShardByError::NoFields { given: shown });
        }
        let refuse = |reason: String| ShardByError::Column {
            given: shown.clone(),
            reason,
            legal: legal(fields),
        };
        let shard_by = match given {
            "user_id" => Self::User,
            "app_id" => Self::Tenant,
            _ => {
                let found = fields.iter().find(|field| field.name.as_str() == given);
                let field =
                    found.ok_or_else(|| refuse("the module has no such field".to_owned()))?;
                check(field).map_err(refuse)?;
                Self::Field {
                    name: field.name.clone(),
                    kind: field.kind,
                }
            }
        };
        // Every unique index of a module begins with `app_id`.
        let apart = fields.iter().find(|field| {
            field.unique && shard_by != Self::Tenant && field.name.as_str() != shard_by.column()
        });
        match apart {
            Some(field) => Err(ShardByError::Unique {
                field: field.name.to_string(),
                given: shown,
            }),
            None => Ok(shard_by),
        }
    }

    /// The name of the column.
    #[must_use]
    pub fn column(&self) -> &str {
        match self {
            Self::User => "user_id",
            Self::Tenant => "app_id",
            Self::Field { name, .. } => name.as_str(),
        }
    }
}

/// Why a field can't be the key, if it can't.
fn check(field: &Field) -> Result<(), String> {
    if field.nullable {
        return Err("a field that may be null can't decide where a row is".to_owned());
    }
    match field.kind {
        FieldKind::Int | FieldKind::Bigint | FieldKind::Uuid => Ok(()),
        FieldKind::String { len } if len <= KEY_LEN_MAX => Ok(()),
        FieldKind::String { .. } => Err(format!("a key has at most {KEY_LEN_MAX} characters")),
        kind => Err(format!("a {kind} can't decide where a row is")),
    }
}

/// The columns that could be the key.
fn legal(fields: &[Field]) -> String {
    let own = fields.iter().filter(|field| check(field).is_ok());
    let names = BASE.into_iter().chain(own.map(|field| field.name.as_str()));
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
