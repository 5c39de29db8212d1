//! Logging in and out as an operator.

use axum::extract::State;
use axum::http::HeaderMap;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Operator, bearer, operator, session};
use crate::app::Context;
use crate::error::AppResult;
use crate::http::{Done, Envelope, Json, Reply};
use crate::types::Id;

/// What an operator logs in with.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AdminLogin {
    /// The user name.
    #[garde(length(chars, min = 1, max = operator::USERNAME_MAX_CHARS))]
    #[schema(min_length = 1, max_length = 64, example = "admin")]
    username: String,
    /// The password.
    #[garde(length(bytes, min = 1, max = operator::PASSWORD_MAX_BYTES))]
    #[schema(format = Password, min_length = 1, max_length = 512)]
    password: String,
}

/// An operator's new session.
#[derive(Serialize, ToSchema)]
pub(super) struct AdminSession {
    /// For the header `authorization: Bearer <token>`.
    token: String,
}

/// The operator who asks.
#[derive(Serialize, ToSchema)]
pub(super) struct AdminMe {
    /// The operator.
    id: Id,
    /// The tenant.
    app_id: String,
    /// The user name.
    username: String,
    /// Patterns of what he may do, such as `note.*`.
    permissions: Vec<String>,
}

/// Log in as an operator
///
/// After five failures in a row the account is locked, for a minute at first and up to a quarter of
/// an hour if it goes on.
#[utoipa::path(
    post, path = "/admin/login", tag = "session", security(()),
    responses(
        (status = 200, description = "A new session", body = Envelope<AdminSession>),
        (status = 401, description = "`login_failed`: wrong name or password, or too often"),
    ),
)]
pub(super) async fn login(
    State(ctx): State<Context>,
    Json(input): Json<AdminLogin>,
) -> AppResult<Reply<AdminSession>> {
    let token = operator::log_in(&ctx, &input.username, input.password).await?;
    Ok(Reply(AdminSession { token }))
}

/// End the session of the token
#[utoipa::path(
    post, path = "/admin/logout", tag = "session",
    responses((status = 200, description = "The token is void", body = Envelope<Done>)),
)]
pub(super) async fn logout(
    State(ctx): State<Context>,
    _: Operator,
    headers: HeaderMap,
) -> AppResult<Reply<Done>> {
    session::close(&ctx, bearer::token(&headers).unwrap_or_default()).await?;
    Ok(Reply(Done))
}

/// Who am I
#[utoipa::path(
    get, path = "/admin/me", tag = "session",
    responses((status = 200, description = "The operator of the token", body = Envelope<AdminMe>)),
)]
pub(super) async fn me(operator: Operator) -> Reply<AdminMe> {
    let Operator {
        id,
        app_id,
        username,
        permissions,
    } = operator;
    Reply(AdminMe {
        id,
        app_id,
        username,
        permissions,
    })
}
