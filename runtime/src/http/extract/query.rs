//! The query string.

use axum::extract::FromRequestParts;
use axum::extract::rejection::QueryRejection;
use axum::http::request::Parts;
use garde::Validate;
use serde::de::DeserializeOwned;

use super::{refused, validated};
use crate::error::AppError;

/// Parameters of the query string that fit their type and pass its rules.
///
/// Derive `Deserialize` with `#[serde(deny_unknown_fields)]`, `garde::Validate` and
/// `utoipa::IntoParams` for the type. A list with filters holds `page_index` and `page_size` itself
/// and makes its [`PageQuery`](crate::http::PageQuery) from them: `serde(flatten)` does not go
/// together with refusing unknown fields.
///
/// # Errors
/// `param_error`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned + Validate<Context = ()>,
    S: Send + Sync,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let axum::extract::Query(value) =
            axum::extract::Query::<T>::try_from_uri(&parts.uri).map_err(rejected)?;
        validated(value).map(Query)
    }
}

fn rejected(rejection: QueryRejection) -> AppError {
    let text = rejection.body_text();
    refused(
        text.strip_prefix("Failed to deserialize query string: ")
            .unwrap_or(&text),
    )
}
