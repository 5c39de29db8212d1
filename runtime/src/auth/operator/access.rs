//! What an operator may do in the tenant of his session: by himself, and by his roles there.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::permission;
use crate::auth::entity::{operator, operator_role, operator_tenant, role};
use crate::error::{AppError, AppResult};
use crate::types::Id;

/// The patterns of a JSON list.
pub(crate) fn patterns(text: &str) -> AppResult<Vec<String>> {
    serde_json::from_str(text).map_err(AppError::internal)
}

/// The roles of an operator in a tenant, by name.
pub(crate) async fn roles_of(
    conn: &impl ConnectionTrait,
    operator_id: Id,
    app_id: &str,
) -> AppResult<Vec<role::Model>> {
    let of_operator = operator_role::Entity::find()
        .select_only()
        .column(operator_role::Column::RoleId)
        .filter(operator_role::Column::OperatorId.eq(operator_id));
    let roles = role::Entity::find()
        .filter(role::Column::AppId.eq(app_id))
        .filter(role::Column::Id.in_subquery(of_operator.into_query()))
        .order_by_asc(role::Column::RoleName)
        .order_by_asc(role::Column::Id);
    Ok(roles.all(conn).await?)
}

/// The patterns of what an operator may do in a tenant; `None` when it was not given to him. His
/// own patterns are of his own tenant; in others he has what the roles there give him.
pub(crate) async fn permissions_in(
    conn: &impl ConnectionTrait,
    operator: &operator::Model,
    app_id: &str,
) -> AppResult<Option<Vec<String>>> {
    let mut all = Vec::new();
    if operator.app_id == app_id {
        all = patterns(&operator.permissions)?;
        // Roles add nothing to that.
        if all.iter().any(|pattern| pattern == "*") {
            return Ok(Some(all));
        }
    } else if !is_given(conn, operator.id, app_id).await? {
        return Ok(None);
    }
    for role in roles_of(conn, operator.id, app_id).await? {
        for pattern in patterns(&role.permissions)? {
            if !all.contains(&pattern) {
                all.push(pattern);
            }
        }
    }
    Ok(Some(all))
}

async fn is_given(conn: &impl ConnectionTrait, operator_id: Id, app_id: &str) -> AppResult<bool> {
    let key = (operator_id, app_id.to_owned());
    let found = operator_tenant::Entity::find_by_id(key).one(conn).await?;
    Ok(found.is_some())
}

/// The tenants that an operator may choose from, his own first.
pub(crate) async fn tenants_of(
    conn: &impl ConnectionTrait,
    operator: &operator::Model,
) -> AppResult<Vec<String>> {
    let given = operator_tenant::Entity::find()
        .filter(operator_tenant::Column::OperatorId.eq(operator.id))
        .order_by_asc(operator_tenant::Column::AppId);
    let given = given.all(conn).await?.into_iter().map(|row| row.app_id);
    Ok(std::iter::once(operator.app_id.clone())
        .chain(given)
        .collect())
}

/// The operators of a tenant: its own, and those it was given to.
pub(crate) fn of_tenant(app_id: &str) -> Condition {
    let given = operator_tenant::Entity::find()
        .select_only()
        .column(operator_tenant::Column::OperatorId)
        .filter(operator_tenant::Column::AppId.eq(app_id));
    Condition::any()
        .add(operator::Column::AppId.eq(app_id))
        .add(operator::Column::Id.in_subquery(given.into_query()))
}

/// Whether somebody who has `own` may give, or has at least, all of `wanted`.
pub(crate) fn cover_all(own: &[String], wanted: &[String]) -> bool {
    let covered = |one: &String| own.iter().any(|pattern| permission::covers(pattern, one));
    wanted.iter().all(covered)
}
