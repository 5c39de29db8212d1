//! Operators: people of a tenant, with permissions.

mod attempt;
mod permission;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sea_orm::{ActiveValue::Set, EntityTrait, SqlErr};

use super::entity::operator::{ActiveModel, Entity};
use super::session::{self, Kind};
use super::{Known, bearer, password};
use crate::app::Context;
use crate::config::Secret;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

pub(super) use attempt::log_in;
pub use attempt::{FAILURES_TO_LOCK, LOCK_FIRST, LOCK_LONGEST};

/// Shortest password in characters.
pub const PASSWORD_MIN_CHARS: usize = 8;

/// Longest password in bytes; hashing takes longer with length.
pub const PASSWORD_MAX_BYTES: usize = 512;

/// Longest user name in characters.
pub const USERNAME_MAX_CHARS: usize = 64;

/// The operator who sent the request.
///
/// As an argument of a handler it refuses requests without a living session of an enabled operator:
/// 401 `unauthorized`. What he may do is asked with [`Operator::require`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The operator, unique over all tenants.
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The name he logs in with.
    pub username: String,
    /// Patterns: `*`, `note.*`, `note.read`.
    pub permissions: Vec<String>,
}

impl Operator {
    /// Whether a pattern covers `permission`, e.g. `note.read`.
    #[must_use]
    pub fn may(&self, permission: &str) -> bool {
        self.permissions
            .iter()
            .any(|pattern| permission::covers(pattern, permission))
    }

    /// Refuses an operator who lacks `permission`.
    ///
    /// # Errors
    /// `no_power`.
    pub fn require(&self, permission: &str) -> AppResult<()> {
        if self.may(permission) {
            Ok(())
        } else {
            let lacking = format!("operator {} lacks {permission}", self.username);
            Err(AppError::new(ErrorCode::NO_POWER).with_source(lacking))
        }
    }
}

impl FromRequestParts<Context> for Operator {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, AppError> {
        if let Some(known) = Known::of(parts) {
            return Ok(known);
        }
        let token = bearer::token(&parts.headers).ok_or_else(AppError::unauthorized)?;
        let session = session::find(ctx, Kind::Admin, token).await?;
        let session = session.ok_or_else(AppError::unauthorized)?;
        // Read anew at each request: who loses a permission or his account loses it at once.
        let row = Entity::find_by_id(session.subject_id).one(ctx.db()).await?;
        let row = row
            .filter(|row| row.is_enabled)
            .ok_or_else(AppError::unauthorized)?;
        Ok(Self {
            id: row.id,
            app_id: row.app_id,
            username: row.username,
            permissions: serde_json::from_str(&row.permissions).map_err(AppError::internal)?,
        })
    }
}

/// Makes an operator.
///
/// # Errors
/// `param_error` naming what is wrong with an argument; `conflict` when the user name is taken.
pub async fn create(
    ctx: &Context,
    app_id: &str,
    username: &str,
    password: &Secret,
    permissions: &[String],
) -> AppResult<Id> {
    check(app_id, username, password, permissions)?;
    let id = ctx.next_id().await?;
    let environment = ctx.config().environment;
    let now = ctx.now();
    let operator = ActiveModel {
        id: Set(id),
        app_id: Set(app_id.to_owned()),
        username: Set(username.to_owned()),
        password_hash: Set(password::hash(password.expose().to_owned(), environment).await?),
        permissions: Set(serde_json::to_string(permissions).map_err(AppError::internal)?),
        is_enabled: Set(true),
        failed_count: Set(0),
        locked_until: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    match Entity::insert(operator)
        .exec_without_returning(ctx.db())
        .await
    {
        Ok(_) => Ok(id),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(
            AppError::conflict(format!("there is an operator `{username}` already")),
        ),
        Err(error) => Err(error.into()),
    }
}

fn check(app_id: &str, username: &str, password: &Secret, permissions: &[String]) -> AppResult<()> {
    let password = password.expose();
    let name_fits = (1..=USERNAME_MAX_CHARS).contains(&username.chars().count())
        && !username
            .chars()
            .any(|c| c.is_control() || c.is_whitespace());
    if !is_tenant(app_id) {
        let rule = "1 to 64 letters, digits, `-`, `_` and `.`";
        return Err(AppError::param(format!(
            "tenant `{app_id}`: must be {rule}"
        )));
    }
    if !name_fits {
        let rule = format!("1 to {USERNAME_MAX_CHARS} characters without space");
        return Err(AppError::param(format!(
            "user name `{username}`: must be {rule}"
        )));
    }
    if password.chars().count() < PASSWORD_MIN_CHARS || password.len() > PASSWORD_MAX_BYTES {
        let rule = format!("{PASSWORD_MIN_CHARS} characters to {PASSWORD_MAX_BYTES} bytes");
        return Err(AppError::param(format!("password: must be {rule}")));
    }
    match permissions
        .iter()
        .find(|pattern| !permission::is_pattern(pattern))
    {
        Some(pattern) => Err(AppError::param(format!(
            "permission `{pattern}`: must be like `*`, `note.*` or `note.read`"
        ))),
        None => Ok(()),
    }
}

/// Whether a text can name a tenant.
pub(crate) fn is_tenant(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
