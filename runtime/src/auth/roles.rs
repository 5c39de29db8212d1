//! Routes of operators: roles of their tenant, and the permissions there are.

use axum::extract::State;
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::entity::role::Model;
use super::operator::role::{self, RoleDraft};
use super::operator::{Operator, patterns};
use super::permissions::{PermissionGroup, READ, WRITE};
use crate::app::Context;
use crate::error::AppResult;
use crate::http::{Done, Envelope, Json, Page, PageQuery, Path, Query, Reply, Router};
use crate::types::Id;
use crate::valid;

/// All of them.
pub(super) fn routes() -> Router {
    Router::default()
        .routes(routes!(permissions))
        .routes(routes!(list, create))
        .routes(routes!(get, replace, remove))
}

/// What a role is to be.
#[derive(Deserialize, Validate, ToSchema)]
#[schema(as = admin::RoleInput)]
#[serde(deny_unknown_fields)]
struct RoleInput {
    /// The name, unique in the tenant: 1 to 64 characters.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    #[schema(min_length = 1, max_length = 64, example = "Editors")]
    role_name: String,
    /// What it is for.
    #[garde(custom(valid::string(200)))]
    #[serde(default)]
    #[schema(max_length = 200)]
    remark: String,
    /// Patterns of what it allows: `task.read`, `task.*`, `*`.
    #[garde(length(max = 200), inner(length(bytes, min = 1, max = 100)))]
    #[schema(max_items = 200, example = json!(["admin.read"]))]
    permissions: Vec<String>,
}

impl From<RoleInput> for RoleDraft {
    fn from(input: RoleInput) -> Self {
        Self {
            role_name: input.role_name,
            remark: input.remark,
            permissions: input.permissions,
        }
    }
}

/// A role.
#[derive(Serialize, ToSchema)]
#[schema(as = admin::Role)]
struct RoleView {
    /// The role.
    id: Id,
    /// The name.
    role_name: String,
    /// What it is for.
    remark: String,
    /// Patterns of what it allows.
    permissions: Vec<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

fn view(row: Model) -> AppResult<RoleView> {
    Ok(RoleView {
        id: row.id,
        role_name: row.role_name,
        remark: row.remark,
        permissions: patterns(&row.permissions)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// The permissions that routes ask for, by module
///
/// Needs the permission `admin.read`.
#[utoipa::path(
    get, path = "/admin/permissions", tag = "admin",
    responses((status = 200, description = "Permissions", body = Envelope<Vec<PermissionGroup>>)),
)]
async fn permissions(
    State(ctx): State<Context>,
    operator: Operator,
) -> AppResult<Reply<Vec<PermissionGroup>>> {
    operator.require(READ)?;
    Ok(Reply(ctx.permissions().groups().to_vec()))
}

/// One page of roles, by name
///
/// Needs the permission `admin.read`.
#[utoipa::path(
    get, path = "/admin/roles", tag = "admin", params(PageQuery),
    responses((status = 200, description = "Roles", body = Envelope<Page<RoleView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(page): Query<PageQuery>,
) -> AppResult<Reply<Page<RoleView>>> {
    operator.require(READ)?;
    let rows = role::list(&ctx, &operator, &page).await?;
    let items = rows.items.into_iter().map(view);
    Ok(Reply(Page {
        items: items.collect::<AppResult<_>>()?,
        page_index: rows.page_index,
        page_size: rows.page_size,
        total: rows.total,
    }))
}

/// Create a role
///
/// Nobody gives what he does not have. Needs the permission `admin.write`.
#[utoipa::path(
    post, path = "/admin/roles", tag = "admin",
    responses(
        (status = 201, description = "The role", body = Envelope<RoleView>),
        (status = 409, description = "`conflict`: there is one of this name"),
    ),
)]
async fn create(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<RoleInput>,
) -> AppResult<Reply<RoleView>> {
    operator.require(WRITE)?;
    let row = role::create(&ctx, &operator, &input.into()).await?;
    Ok(Reply::created(view(row)?))
}

/// One role
///
/// Needs the permission `admin.read`.
#[utoipa::path(
    get, path = "/admin/roles/{id}", tag = "admin",
    params(("id" = Id, Path, description = "The role")),
    responses((status = 200, description = "The role", body = Envelope<RoleView>)),
)]
async fn get(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<RoleView>> {
    operator.require(READ)?;
    let row = role::get(ctx.db(), &operator, id).await?;
    Ok(Reply(view(row)?))
}

/// Replace what a role is
///
/// Holds from the next request of who has it. Needs the permission `admin.write`.
#[utoipa::path(
    put, path = "/admin/roles/{id}", tag = "admin",
    params(("id" = Id, Path, description = "The role")),
    responses((status = 200, description = "The role", body = Envelope<RoleView>)),
)]
async fn replace(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<RoleInput>,
) -> AppResult<Reply<RoleView>> {
    operator.require(WRITE)?;
    let row = role::replace(&ctx, &operator, id, &input.into()).await?;
    Ok(Reply(view(row)?))
}

/// Remove a role
///
/// Who has it loses it. Needs the permission `admin.write`.
#[utoipa::path(
    delete, path = "/admin/roles/{id}", tag = "admin",
    params(("id" = Id, Path, description = "The role")),
    responses((status = 200, description = "It is gone", body = Envelope<Done>)),
)]
async fn remove(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    role::remove(&ctx, &operator, id).await?;
    Ok(Reply(Done))
}
