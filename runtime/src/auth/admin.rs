//! Logging in and out as an operator.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Operator, bearer, operator, session};
use crate::app::Context;
use crate::error::AppResult;
use crate::guard::{Rate, network};
use crate::http::{ClientIp, Done, Envelope, Json, Reply};
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
    /// The code of the authenticator, or a recovery code; where one is asked for.
    #[garde(inner(length(bytes, min = 1, max = 32)))]
    #[serde(default)]
    #[schema(max_length = 32, example = "287082")]
    code: Option<String>,
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
    /// The tenant of the session.
    app_id: String,
    /// The user name.
    username: String,
    /// Patterns of what he may do, such as `note.*`.
    permissions: Vec<String>,
    /// The tenants that he may choose from, his own first.
    tenants: Vec<String>,
    /// Whether he logs in with an authenticator.
    has_totp: bool,
}

/// Log in as an operator
///
/// After five failures in a row the account is locked, for a minute at first and up to a quarter of
/// an hour if it goes on. Who has an authenticator gives its code too.
#[utoipa::path(
    post, path = "/admin/login", tag = "session", security(()),
    responses(
        (status = 200, description = "A new session", body = Envelope<AdminSession>),
        (status = 401, description = "`login_failed`: wrong name, password or code, or too often; \
                                      `totp_required`: the code is missing"),
        (status = 429, description = "`current_limit`: too many attempts from this address"),
    ),
)]
pub(super) async fn login(
    State(ctx): State<Context>,
    ClientIp(ip): ClientIp,
    Json(input): Json<AdminLogin>,
) -> AppResult<Reply<AdminSession>> {
    throttle(&ctx, ip).await?;
    let code = input.code.as_deref();
    let token = operator::log_in(&ctx, &input.username, input.password, code).await?;
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
pub(super) async fn me(
    State(ctx): State<Context>,
    operator: Operator,
) -> AppResult<Reply<AdminMe>> {
    let tenants = operator::account::tenants(&ctx, &operator).await?;
    let has_totp = operator::account::has_totp(&ctx, operator.id).await?;
    let Operator {
        id,
        app_id,
        username,
        permissions,
    } = operator;
    Ok(Reply(AdminMe {
        id,
        app_id,
        username,
        permissions,
        tenants,
        has_totp,
    }))
}

/// Slows down who tries names from one address; an account has its own lock.
async fn throttle(ctx: &Context, ip: Option<IpAddr>) -> AppResult<()> {
    let count = ctx.config().auth.login_per_minute;
    let (Some(ip), true) = (ip, count > 0) else {
        return Ok(());
    };
    let rate = Rate::new(count, Duration::from_secs(60))?;
    let guard = ctx.guard();
    let admission = guard.limit_rate("admin-login", &network(ip), rate).await?;
    admission.require()
}
