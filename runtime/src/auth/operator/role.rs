//! Roles of a tenant: permissions under a name.

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    ModelTrait as _, QueryFilter as _, QueryOrder as _, Select,
};

use super::Operator;
use super::access::{cover_all, patterns};
use crate::app::Context;
use crate::auth::entity::operator_role;
use crate::auth::entity::role::{ActiveModel, Column, Entity, Model};
use crate::db;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::http::{Page, PageQuery};
use crate::oplog::{Field, Logged};
use crate::types::Id;

/// Roles in the operation log.
pub(crate) const LOGGED: Logged = Logged::new("role").called("Role", "角色").fields(&[
    Field::new("role_name", "Name", "角色名称"),
    Field::new("remark", "Remark", "备注"),
    Field::new("permissions", "Permissions", "权限"),
]);

/// What a role is to be.
#[derive(Clone, Debug)]
pub(crate) struct RoleDraft {
    pub(crate) role_name: String,
    pub(crate) remark: String,
    pub(crate) permissions: Vec<String>,
}

fn rows(app_id: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::AppId.eq(app_id))
        .order_by_asc(Column::RoleName)
        .order_by_asc(Column::Id)
}

/// A role of the tenant.
pub(crate) async fn get(
    conn: &impl ConnectionTrait,
    operator: &Operator,
    id: Id,
) -> AppResult<Model> {
    let row = rows(&operator.app_id).filter(Column::Id.eq(id)).one(conn);
    row.await?.ok_or_else(AppError::not_found)
}

/// One page of the tenant's roles, by name.
pub(crate) async fn list(
    ctx: &Context,
    operator: &Operator,
    page: &PageQuery,
) -> AppResult<Page<Model>> {
    Page::fetch(rows(&operator.app_id), ctx.db(), page).await
}

/// The roles of these ids: all of the tenant, none of which gives more than the operator has.
pub(crate) async fn assignable(
    conn: &impl ConnectionTrait,
    operator: &Operator,
    ids: &[Id],
) -> AppResult<Vec<Model>> {
    let found = rows(&operator.app_id).filter(Column::Id.is_in(ids.iter().copied()));
    let found = found.all(conn).await?;
    if let Some(missing) = ids
        .iter()
        .find(|id| found.iter().all(|role| role.id != **id))
    {
        return Err(AppError::param((
            format!("role_ids: there is no role {missing}"),
            format!("role_ids：角色 {missing} 不存在"),
        )));
    }
    for role in &found {
        refuse_more(operator, &patterns(&role.permissions)?)?;
    }
    Ok(found)
}

/// Nobody gives what he does not have.
pub(crate) fn refuse_more(operator: &Operator, wanted: &[String]) -> AppResult<()> {
    if cover_all(&operator.permissions, wanted) {
        return Ok(());
    }
    Err(AppError::new(ErrorCode::NO_POWER).with_message((
        "this takes permissions that you do not have",
        "不能授予或操作超出自己权限的内容",
    )))
}

fn check(ctx: &Context, operator: &Operator, draft: &RoleDraft) -> AppResult<String> {
    for pattern in &draft.permissions {
        if !ctx.permissions().knows(pattern) {
            return Err(AppError::param((
                format!("permissions: no route asks for `{pattern}`"),
                format!("permissions：没有接口使用权限 `{pattern}`"),
            )));
        }
    }
    refuse_more(operator, &draft.permissions)?;
    serde_json::to_string(&draft.permissions).map_err(AppError::internal)
}

/// Makes a role.
pub(crate) async fn create(
    ctx: &Context,
    operator: &Operator,
    draft: &RoleDraft,
) -> AppResult<Model> {
    let row = ActiveModel {
        id: Set(ctx.next_id().await?),
        app_id: Set(operator.app_id.clone()),
        role_name: Set(draft.role_name.clone()),
        remark: Set(draft.remark.clone()),
        permissions: Set(check(ctx, operator, draft)?),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
    };
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        let row = row.clone();
        Box::pin(async move {
            let row = row.insert(txn).await?;
            log.added(txn, &LOGGED, row.id, &row).await?;
            Ok(row)
        })
    })
    .await
}

/// Replaces what a role is. Who has it may do so from his next request on.
pub(crate) async fn replace(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    draft: &RoleDraft,
) -> AppResult<Model> {
    let permissions = &check(ctx, operator, draft)?;
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let old = get(txn, operator, id).await?;
            // Neither takes he away what he could not give.
            refuse_more(operator, &patterns(&old.permissions)?)?;
            let mut row = ActiveModel::from(old.clone());
            row.role_name = Set(draft.role_name.clone());
            row.remark = Set(draft.remark.clone());
            row.permissions = Set(permissions.clone());
            row.updated_at = Set(now);
            let row = row.update(txn).await?;
            log.edited(txn, &LOGGED, id, (&old, &row)).await?;
            Ok(row)
        })
    })
    .await
}

/// Removes a role, from those who have it too.
pub(crate) async fn remove(ctx: &Context, operator: &Operator, id: Id) -> AppResult<()> {
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let row = get(txn, operator, id).await?;
            refuse_more(operator, &patterns(&row.permissions)?)?;
            operator_role::Entity::delete_many()
                .filter(operator_role::Column::RoleId.eq(id))
                .exec(txn)
                .await?;
            log.removed(txn, &LOGGED, id, &row).await?;
            row.delete(txn).await?;
            Ok(())
        })
    })
    .await
}
