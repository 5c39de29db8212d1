//! The extractor of client routes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::session::{self, Kind};
use super::{Known, bearer};
use crate::app::Context;
use crate::error::AppError;
use crate::types::Id;

/// The player who sent the request.
///
/// As an argument of a handler it refuses requests without a living session of a player: 401
/// `unauthorized`. Rows that belong to players are always filtered by both fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The user, unique over all tenants.
    pub user_id: Id,
    /// The tenant.
    pub app_id: String,
}

impl FromRequestParts<Context> for Player {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, AppError> {
        if let Some(known) = Known::of(parts) {
            return Ok(known);
        }
        let token = bearer::token(&parts.headers).ok_or_else(AppError::unauthorized)?;
        let session = session::find(ctx, Kind::Client, token).await?;
        let session = session.ok_or_else(AppError::unauthorized)?;
        Ok(Self {
            user_id: session.subject_id,
            app_id: session.app_id,
        })
    }
}
