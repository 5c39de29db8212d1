//! Routes of operators: the operators of their tenant.

use axum::extract::State;
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::account::{Closed, SessionView};
use super::operator::manage::{self, Person};
use super::operator::{self, Operator, patterns};
use super::permissions::{READ, WRITE};
use crate::app::Context;
use crate::config::Secret;
use crate::error::AppResult;
use crate::http::{Done, Envelope, Json, Page, PageQuery, Path, Query, Reply, Router};
use crate::types::Id;

/// All of them.
pub(super) fn routes() -> Router {
    Router::default()
        .routes(routes!(list, create))
        .routes(routes!(invite))
        .routes(routes!(get, withdraw))
        .routes(routes!(set_roles))
        .routes(routes!(enable))
        .routes(routes!(reset_password))
        .routes(routes!(reset_totp))
        .routes(routes!(sessions))
        .routes(routes!(log_out))
}

/// A role that somebody has.
#[derive(Serialize, ToSchema)]
#[schema(as = admin::RoleName)]
struct RoleName {
    /// The role.
    id: Id,
    /// The name.
    role_name: String,
}

/// An operator.
#[derive(Serialize, ToSchema)]
#[schema(as = admin::Operator)]
struct OperatorView {
    /// The operator.
    id: Id,
    /// The name he logs in with.
    username: String,
    /// The tenant that looks after his account.
    app_id: String,
    /// Patterns of what he may do by himself; only of the tenant's own operators.
    permissions: Vec<String>,
    /// His roles in the tenant.
    roles: Vec<RoleName>,
    /// Whether he may log in.
    is_enabled: bool,
    /// Whether he logs in with an authenticator.
    has_totp: bool,
    /// Until when no log-in is taken from him, after failures.
    locked_until: Option<DateTime<Utc>>,
    /// When he was made.
    created_at: DateTime<Utc>,
}

fn view(person: Person, asker: &Operator) -> AppResult<OperatorView> {
    let Person {
        row,
        roles,
        has_totp,
    } = person;
    let is_own = row.app_id == asker.app_id;
    let roles = roles.into_iter().map(|role| RoleName {
        id: role.id,
        role_name: role.role_name,
    });
    Ok(OperatorView {
        permissions: match is_own {
            true => patterns(&row.permissions)?,
            false => Vec::new(),
        },
        id: row.id,
        username: row.username,
        app_id: row.app_id,
        roles: roles.collect(),
        is_enabled: row.is_enabled,
        has_totp,
        locked_until: row.locked_until,
        created_at: row.created_at,
    })
}

/// One page of operators, by name
///
/// Needs the permission `admin.read`.
#[utoipa::path(
    get, path = "/admin/operators", tag = "admin", params(PageQuery),
    responses((status = 200, description = "Operators", body = Envelope<Page<OperatorView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(page): Query<PageQuery>,
) -> AppResult<Reply<Page<OperatorView>>> {
    operator.require(READ)?;
    let people = manage::list(&ctx, &operator, &page).await?;
    let items = people.items.into_iter().map(|one| view(one, &operator));
    Ok(Reply(Page {
        items: items.collect::<AppResult<_>>()?,
        page_index: people.page_index,
        page_size: people.page_size,
        total: people.total,
    }))
}

/// A new operator.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::OperatorInput)]
#[serde(deny_unknown_fields)]
struct OperatorInput {
    /// The name he is to log in with, unique over all tenants.
    #[garde(length(chars, min = 1, max = operator::USERNAME_MAX_CHARS))]
    #[schema(min_length = 1, max_length = 64, example = "anna")]
    username: String,
    /// His password: 8 characters to 512 bytes.
    #[garde(length(bytes, min = 1, max = operator::PASSWORD_MAX_BYTES))]
    #[schema(format = Password, min_length = 8, max_length = 512)]
    password: String,
    /// Roles of the tenant.
    #[garde(length(max = 50))]
    #[serde(default)]
    #[schema(max_items = 50)]
    role_ids: Vec<Id>,
    /// Patterns of what he may do beside his roles.
    #[garde(length(max = 200), inner(length(bytes, max = 100)))]
    #[serde(default)]
    #[schema(max_items = 200, example = json!([]))]
    permissions: Vec<String>,
}

/// Create an operator
///
/// Nobody gives what he does not have. Needs the permission `admin.write`.
#[utoipa::path(
    post, path = "/admin/operators", tag = "admin",
    responses(
        (status = 201, description = "The operator", body = Envelope<OperatorView>),
        (status = 409, description = "`conflict`: there is one of this name"),
    ),
)]
async fn create(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<OperatorInput>,
) -> AppResult<Reply<OperatorView>> {
    operator.require(WRITE)?;
    let password = Secret::new(input.password);
    let account = (input.username.as_str(), &password);
    let (permissions, roles) = (&input.permissions, &input.role_ids);
    let made = manage::create(&ctx, &operator, account, permissions, roles).await?;
    Ok(Reply::created(view(made, &operator)?))
}

/// An operator of another tenant.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::Invitation)]
#[serde(deny_unknown_fields)]
struct Invitation {
    /// The name he logs in with.
    #[garde(length(chars, min = 1, max = operator::USERNAME_MAX_CHARS))]
    #[schema(min_length = 1, max_length = 64, example = "anna")]
    username: String,
    /// Roles of this tenant.
    #[garde(length(max = 50))]
    #[serde(default)]
    #[schema(max_items = 50)]
    role_ids: Vec<Id>,
}

/// Give the tenant to an operator of another one
///
/// He goes over to it with `POST /admin/tenant`. Needs the permission `admin.write`.
#[utoipa::path(
    post, path = "/admin/operators/invite", tag = "admin",
    responses(
        (status = 200, description = "The operator", body = Envelope<OperatorView>),
        (status = 404, description = "`not_found`: nobody has this name"),
        (status = 409, description = "`conflict`: he has it already"),
    ),
)]
async fn invite(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<Invitation>,
) -> AppResult<Reply<OperatorView>> {
    operator.require(WRITE)?;
    let guest = manage::invite(&ctx, &operator, &input.username, &input.role_ids).await?;
    Ok(Reply(view(guest, &operator)?))
}

/// One operator
///
/// Needs the permission `admin.read`.
#[utoipa::path(
    get, path = "/admin/operators/{id}", tag = "admin",
    params(("id" = Id, Path, description = "The operator")),
    responses((status = 200, description = "The operator", body = Envelope<OperatorView>)),
)]
async fn get(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<OperatorView>> {
    operator.require(READ)?;
    let found = manage::get(&ctx, &operator, id).await?;
    Ok(Reply(view(found, &operator)?))
}

/// Take the tenant back from an operator of another one
///
/// The tenant's own operators are disabled instead. Needs the permission `admin.write`.
#[utoipa::path(
    delete, path = "/admin/operators/{id}", tag = "admin",
    params(("id" = Id, Path, description = "The operator")),
    responses(
        (status = 200, description = "He has it no longer", body = Envelope<Done>),
        (status = 409, description = "`conflict`: he is one of its own"),
    ),
)]
async fn withdraw(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    manage::withdraw(&ctx, &operator, id).await?;
    Ok(Reply(Done))
}

/// Roles.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::RoleChoice)]
#[serde(deny_unknown_fields)]
struct RoleChoice {
    /// Roles of the tenant: these, and no others.
    #[garde(length(max = 50))]
    #[schema(max_items = 50)]
    role_ids: Vec<Id>,
}

/// Assign roles
///
/// Needs the permission `admin.write`.
#[utoipa::path(
    put, path = "/admin/operators/{id}/roles", tag = "admin",
    params(("id" = Id, Path, description = "The operator")),
    responses((status = 200, description = "The operator", body = Envelope<OperatorView>)),
)]
async fn set_roles(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<RoleChoice>,
) -> AppResult<Reply<OperatorView>> {
    operator.require(WRITE)?;
    let changed = manage::set_roles(&ctx, &operator, id, &input.role_ids).await?;
    Ok(Reply(view(changed, &operator)?))
}

/// Whether he may log in.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::Enable)]
#[serde(deny_unknown_fields)]
struct Enable {
    /// Whether he may log in.
    #[garde(skip)]
    is_enabled: bool,
}

/// Let an operator in, or keep him out
///
/// His sessions end when he is kept out. Needs the permission `admin.write`.
#[utoipa::path(
    post, path = "/admin/operators/{id}/enable", tag = "admin",
    params(("id" = Id, Path, description = "The operator")),
    responses((status = 200, description = "The operator", body = Envelope<OperatorView>)),
)]
async fn enable(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<Enable>,
) -> AppResult<Reply<OperatorView>> {
    operator.require(WRITE)?;
    let changed = manage::enable(&ctx, &operator, id, input.is_enabled).await?;
    Ok(Reply(view(changed, &operator)?))
}

/// A password for somebody else.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::PasswordReset)]
#[serde(deny_unknown_fields)]
struct PasswordReset {
    /// 8 characters to 512 bytes.
    #[garde(length(bytes, min = 1, max = operator::PASSWORD_MAX_BYTES))]
    #[schema(format = Password, min_length = 8, max_length = 512)]
    password: String,
}

/// Give an operator another password
///
/// His sessions end. Needs the permission `admin.write`.
#[utoipa::path(
    post, path = "/admin/operators/{id}/password", tag = "admin",
    params(("id" = Id, Path, description = "The operator")),
    responses((status = 200, description = "It holds", body = Envelope<Done>)),
)]
async fn reset_password(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<PasswordReset>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    let password = Secret::new(input.password);
    manage::reset_password(&ctx, &operator, id, &password).await?;
    Ok(Reply(Done))
}

/// Turn the authenticator of an operator off who has lost it
///
/// His sessions end. Needs the permission `admin.write`.
#[utoipa::path(
    post, path = "/admin/operators/{id}/reset-totp", tag = "admin",
    params(("id" = Id, Path, description = "The operator")),
    responses((status = 200, description = "It is off", body = Envelope<Done>)),
)]
async fn reset_totp(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    manage::reset_totp(&ctx, &operator, id).await?;
    Ok(Reply(Done))
}

/// An operator's sessions in the tenant, newest first
///
/// Needs the permission `admin.read`.
#[utoipa::path(
    get, path = "/admin/operators/{id}/sessions", tag = "admin",
    params(("id" = Id, Path, description = "The operator")),
    responses((status = 200, description = "Sessions", body = Envelope<Vec<SessionView>>)),
)]
async fn sessions(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Vec<SessionView>>> {
    operator.require(READ)?;
    let rows = manage::sessions(&ctx, &operator, id).await?;
    Ok(Reply(rows.into_iter().map(SessionView::from).collect()))
}

/// End an operator's sessions in the tenant
///
/// Needs the permission `admin.write`.
#[utoipa::path(
    post, path = "/admin/operators/{id}/logout", tag = "admin",
    params(("id" = Id, Path, description = "The operator")),
    responses((status = 200, description = "How many", body = Envelope<Closed>)),
)]
async fn log_out(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Closed>> {
    operator.require(WRITE)?;
    let closed = manage::log_out(&ctx, &operator, id).await?;
    Ok(Reply(Closed { closed }))
}
