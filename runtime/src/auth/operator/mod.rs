//! Operators: people of a tenant, with permissions.

mod access;
pub(super) mod account;
mod attempt;
pub(super) mod manage;
mod permission;
pub(super) mod role;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel as _, SqlErr};

use super::entity::operator::{Entity, Model};
use super::session::{self, Kind};
use super::{Known, bearer, password};
use crate::app::Context;
use crate::config::Secret;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

pub(crate) use access::patterns;
pub(super) use attempt::log_in;
pub use attempt::{FAILURES_TO_LOCK, LOCK_FIRST, LOCK_LONGEST};
pub(crate) use permission::{covers, is_pattern};

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
    /// The tenant that he has chosen: his own, or one that was given to him.
    pub app_id: String,
    /// The name he logs in with.
    pub username: String,
    /// Patterns of what he may do there: `*`, `note.*`, `note.read`.
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
        let permissions = access::permissions_in(ctx.db(), &row, &session.app_id).await?;
        Ok(Self {
            id: row.id,
            app_id: session.app_id,
            username: row.username,
            permissions: permissions.ok_or_else(AppError::unauthorized)?,
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
    let row = new_row(ctx, app_id, username, password, permissions).await?;
    Ok(insert(ctx.db(), row, username).await?.id)
}

/// The row of a new operator.
async fn new_row(
    ctx: &Context,
    app_id: &str,
    username: &str,
    password: &Secret,
    permissions: &[String],
) -> AppResult<Model> {
    let environment = ctx.config().environment;
    let now = ctx.now();
    Ok(Model {
        id: ctx.next_id().await?,
        app_id: app_id.to_owned(),
        username: username.to_owned(),
        password_hash: password::hash(password.expose().to_owned(), environment).await?,
        permissions: serde_json::to_string(permissions).map_err(AppError::internal)?,
        is_enabled: true,
        failed_count: 0,
        locked_until: None,
        created_at: now,
        updated_at: now,
    })
}

async fn insert(conn: &impl ConnectionTrait, row: Model, username: &str) -> AppResult<Model> {
    let new = Entity::insert(row.clone().into_active_model());
    match new.exec_without_returning(conn).await {
        Ok(_) => Ok(row),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(AppError::conflict((
                format!("there is an operator `{username}` already"),
                format!("操作员 `{username}` 已存在"),
            )))
        }
        Err(error) => Err(error.into()),
    }
}

fn check(app_id: &str, username: &str, password: &Secret, permissions: &[String]) -> AppResult<()> {
    let name_fits = (1..=USERNAME_MAX_CHARS).contains(&username.chars().count())
        && !username
            .chars()
            .any(|c| c.is_control() || c.is_whitespace());
    if !is_tenant(app_id) {
        let rule = "1 to 64 letters, digits, `-`, `_` and `.`";
        return Err(AppError::param((
            format!("tenant `{app_id}`: must be {rule}"),
            format!("租户 `{app_id}`：须为 1 到 64 个字母、数字、`-`、`_` 和 `.`"),
        )));
    }
    if !name_fits {
        let rule = format!("1 to {USERNAME_MAX_CHARS} characters without space");
        return Err(AppError::param((
            format!("user name `{username}`: must be {rule}"),
            format!("用户名 `{username}`：须为 1 到 {USERNAME_MAX_CHARS} 个字符，不含空格"),
        )));
    }
    check_password(password)?;
    match permissions
        .iter()
        .find(|pattern| !permission::is_pattern(pattern))
    {
        Some(pattern) => Err(AppError::param((
            format!("permission `{pattern}`: must be like `*`, `note.*` or `note.read`"),
            format!("权限 `{pattern}`：须形如 `*`、`note.*` 或 `note.read`"),
        ))),
        None => Ok(()),
    }
}

fn check_password(password: &Secret) -> AppResult<()> {
    let password = password.expose();
    if password.chars().count() < PASSWORD_MIN_CHARS || password.len() > PASSWORD_MAX_BYTES {
        return Err(AppError::param((
            format!(
                "password: must be {PASSWORD_MIN_CHARS} characters to {PASSWORD_MAX_BYTES} bytes"
            ),
            format!("password：须为 {PASSWORD_MIN_CHARS} 个字符到 {PASSWORD_MAX_BYTES} 字节"),
        )));
    }
    Ok(())
}

/// Whether a text can name a tenant.
pub(crate) fn is_tenant(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
