//! Routes of operators: their own account. They ask for no permission.

use axum::extract::State;
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::entity::session::Model as Session;
use super::operator::{self, Operator, account};
use super::{bearer, totp};
use crate::app::Context;
use crate::config::Secret;
use crate::error::AppResult;
use crate::http::{Done, Envelope, Json, Path, Reply, Router};

/// All of them.
pub(super) fn routes() -> Router {
    Router::default()
        .routes(routes!(change_password))
        .routes(routes!(switch_tenant))
        .routes(routes!(begin_totp))
        .routes(routes!(confirm_totp))
        .routes(routes!(disable_totp))
        .routes(routes!(sessions))
        .routes(routes!(close_others))
        .routes(routes!(close_session))
}

/// Another password.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::PasswordChange)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The password so far.
    #[garde(length(bytes, min = 1, max = operator::PASSWORD_MAX_BYTES))]
    #[schema(format = Password, min_length = 1, max_length = 512)]
    old_password: String,
    /// The new one: 8 characters to 512 bytes.
    #[garde(length(bytes, min = 1, max = operator::PASSWORD_MAX_BYTES))]
    #[schema(format = Password, min_length = 8, max_length = 512)]
    new_password: String,
}

/// Change one's password
///
/// All other sessions of the operator end.
#[utoipa::path(
    post, path = "/admin/password", tag = "session",
    responses(
        (status = 200, description = "The new password holds", body = Envelope<Done>),
        (status = 401, description = "`login_failed`: the password so far is another"),
    ),
)]
async fn change_password(
    State(ctx): State<Context>,
    operator: Operator,
    headers: HeaderMap,
    Json(input): Json<PasswordChange>,
) -> AppResult<Reply<Done>> {
    let token = bearer::token(&headers).unwrap_or_default();
    let (old, new) = (
        Secret::new(input.old_password),
        Secret::new(input.new_password),
    );
    account::change_password(&ctx, &operator, (&old, &new), token).await?;
    Ok(Reply(Done))
}

/// Another tenant.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::TenantChoice)]
#[serde(deny_unknown_fields)]
struct TenantChoice {
    /// One of those that `GET /admin/me` names.
    #[garde(length(bytes, min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64, example = "demo")]
    app_id: String,
}

/// The session in another tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = admin::TenantSession)]
struct TenantSession {
    /// For the header `authorization: Bearer <token>`; the one before is void.
    token: String,
}

/// Go over to another tenant
///
/// An operator sees one tenant at a time: that of his session.
#[utoipa::path(
    post, path = "/admin/tenant", tag = "session",
    responses(
        (status = 200, description = "A session there", body = Envelope<TenantSession>),
        (status = 403, description = "`no_power`: it was not given to him"),
    ),
)]
async fn switch_tenant(
    State(ctx): State<Context>,
    operator: Operator,
    headers: HeaderMap,
    Json(input): Json<TenantChoice>,
) -> AppResult<Reply<TenantSession>> {
    let token = bearer::token(&headers).unwrap_or_default();
    let token = account::switch_tenant(&ctx, &operator, &input.app_id, token).await?;
    Ok(Reply(TenantSession { token }))
}

/// One's password again.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::PasswordAgain)]
#[serde(deny_unknown_fields)]
struct PasswordAgain {
    /// The password.
    #[garde(length(bytes, min = 1, max = operator::PASSWORD_MAX_BYTES))]
    #[schema(format = Password, min_length = 1, max_length = 512)]
    password: String,
}

/// What an authenticator is to be given. Nobody will be able to tell it again.
#[derive(Serialize, ToSchema)]
#[schema(as = admin::TotpEnrolment)]
struct TotpEnrolment {
    /// The secret, in base32.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same as an address, for a QR code.
    uri: String,
}

/// Begin to use an authenticator
///
/// Nothing changes before `POST /admin/totp/confirm`.
#[utoipa::path(
    post, path = "/admin/totp", tag = "session",
    responses(
        (status = 200, description = "The secret", body = Envelope<TotpEnrolment>),
        (status = 401, description = "`login_failed`: the password is another"),
        (status = 409, description = "`conflict`: there is an authenticator already"),
    ),
)]
async fn begin_totp(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<PasswordAgain>,
) -> AppResult<Reply<TotpEnrolment>> {
    let password = Secret::new(input.password);
    let enrolment = account::begin_totp(&ctx, &operator, &password).await?;
    Ok(Reply(TotpEnrolment {
        secret: enrolment.secret,
        uri: enrolment.uri,
    }))
}

/// A code.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::TotpCode)]
#[serde(deny_unknown_fields)]
struct TotpCode {
    /// What the authenticator shows.
    #[garde(length(bytes, min = 6, max = 6), ascii)]
    #[schema(min_length = 6, max_length = 6, example = "287082")]
    code: String,
}

/// Codes that stand in for a lost authenticator, once each. Nobody will be able to tell them again.
#[derive(Serialize, ToSchema)]
#[schema(as = admin::RecoveryCodes)]
struct RecoveryCodes {
    /// The codes.
    recovery_codes: Vec<String>,
}

/// Turn the authenticator on
#[utoipa::path(
    post, path = "/admin/totp/confirm", tag = "session",
    responses(
        (status = 200, description = "From now on it is asked for", body = Envelope<RecoveryCodes>),
        (status = 409, description = "`conflict`: there is none that waits for its first code"),
    ),
)]
async fn confirm_totp(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<TotpCode>,
) -> AppResult<Reply<RecoveryCodes>> {
    let recovery_codes = totp::confirm(&ctx, &operator, &input.code).await?;
    Ok(Reply(RecoveryCodes { recovery_codes }))
}

/// One's password and a code.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::TotpDisable)]
#[serde(deny_unknown_fields)]
struct TotpDisable {
    /// The password.
    #[garde(length(bytes, min = 1, max = operator::PASSWORD_MAX_BYTES))]
    #[schema(format = Password, min_length = 1, max_length = 512)]
    password: String,
    /// What the authenticator shows, or a recovery code.
    #[garde(length(bytes, min = 1, max = 32))]
    #[schema(min_length = 1, max_length = 32, example = "287082")]
    code: String,
}

/// Turn the authenticator off
#[utoipa::path(
    post, path = "/admin/totp/disable", tag = "session",
    responses(
        (status = 200, description = "It is no longer asked for", body = Envelope<Done>),
        (status = 401, description = "`login_failed`: the password is another"),
    ),
)]
async fn disable_totp(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<TotpDisable>,
) -> AppResult<Reply<Done>> {
    let password = Secret::new(input.password);
    account::disable_totp(&ctx, &operator, &password, &input.code).await?;
    Ok(Reply(Done))
}

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = admin::Session)]
pub(super) struct SessionView {
    /// Stands for it; no token.
    id: String,
    /// The tenant.
    app_id: String,
    /// Where the log-in came from.
    ip: Option<String>,
    /// When.
    created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    last_seen_at: DateTime<Utc>,
    /// When it ends by itself.
    expires_at: DateTime<Utc>,
}

impl From<Session> for SessionView {
    fn from(row: Session) -> Self {
        Self {
            id: account::session_name(&row).to_owned(),
            app_id: row.app_id,
            ip: row.ip,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
        }
    }
}

/// One's sessions, newest first
#[utoipa::path(
    get, path = "/admin/sessions", tag = "session",
    responses((status = 200, description = "Sessions", body = Envelope<Vec<SessionView>>)),
)]
async fn sessions(
    State(ctx): State<Context>,
    operator: Operator,
) -> AppResult<Reply<Vec<SessionView>>> {
    let rows = account::sessions(&ctx, &operator).await?;
    Ok(Reply(rows.into_iter().map(SessionView::from).collect()))
}

/// Sessions that were ended.
#[derive(Serialize, ToSchema)]
#[schema(as = admin::Closed)]
pub(super) struct Closed {
    /// How many.
    pub(super) closed: u64,
}

/// End all of one's other sessions
#[utoipa::path(
    post, path = "/admin/sessions/close-others", tag = "session",
    responses((status = 200, description = "How many", body = Envelope<Closed>)),
)]
async fn close_others(
    State(ctx): State<Context>,
    operator: Operator,
    headers: HeaderMap,
) -> AppResult<Reply<Closed>> {
    let token = bearer::token(&headers).unwrap_or_default();
    let closed = account::close_others(&ctx, &operator, token).await?;
    Ok(Reply(Closed { closed }))
}

/// End one of one's sessions
#[utoipa::path(
    delete, path = "/admin/sessions/{id}", tag = "session",
    params(("id" = String, Path, description = "The session")),
    responses((status = 200, description = "It is over", body = Envelope<Done>)),
)]
async fn close_session(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<String>,
) -> AppResult<Reply<Done>> {
    account::close_session(&ctx, &operator, &id).await?;
    Ok(Reply(Done))
}
