//! What operators do with the operators of their tenant.
//!
//! An operator has one tenant of his own, whose operators look after his account: name, password,
//! whether it is enabled. Others may give him their tenant too, with roles of theirs, and take it
//! back. Nobody touches the account, or the roles, of somebody who may do more than himself.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use serde_json::{Value, json};

use super::access::{of_tenant, patterns, permissions_in, roles_of};
use super::role::{self, refuse_more};
use super::{Operator, check_password};
use crate::app::Context;
use crate::auth::entity::operator::{Column, Entity, Model};
use crate::auth::entity::{operator_role, operator_tenant, role::Model as Role};
use crate::auth::{password, session, totp};
use crate::config::Secret;
use crate::db::{self, Transaction};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::http::{Page, PageQuery};
use crate::oplog::{Entry, Field, Logged, Operation};
use crate::types::{DateTime, Id, Utc};

/// Operators in the operation log.
pub(crate) const LOGGED: Logged = Logged::new("operator")
    .called("Operator", "操作员")
    .fields(&[
        Field::new("username", "User name", "用户名"),
        Field::new("permissions", "Permissions of his own", "单独权限"),
        Field::new("roles", "Roles", "角色"),
        Field::new("is_enabled", "Enabled", "是否启用"),
        Field::new("password", "Password", "密码"),
        Field::new("sessions", "Sessions", "登录会话"),
    ]);

/// An operator as others see him.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) row: Model,
    pub(crate) roles: Vec<Role>,
    pub(crate) has_totp: bool,
}

async fn person(ctx: &Context, row: Model, app_id: &str) -> AppResult<Person> {
    Ok(Person {
        roles: roles_of(ctx.db(), row.id, app_id).await?,
        has_totp: totp::is_on(ctx, row.id).await?,
        row,
    })
}

/// An operator of the tenant.
async fn row(conn: &impl ConnectionTrait, operator: &Operator, id: Id) -> AppResult<Model> {
    let found = Entity::find_by_id(id).filter(of_tenant(&operator.app_id));
    found.one(conn).await?.ok_or_else(AppError::not_found)
}

/// An operator of the tenant who may do no more than the one who asks.
async fn subject(conn: &impl ConnectionTrait, operator: &Operator, id: Id) -> AppResult<Model> {
    let row = row(conn, operator, id).await?;
    let may = permissions_in(conn, &row, &operator.app_id).await?;
    refuse_more(operator, &may.unwrap_or_default())?;
    Ok(row)
}

/// The same, whose own tenant it is.
async fn own_subject(conn: &impl ConnectionTrait, operator: &Operator, id: Id) -> AppResult<Model> {
    let row = subject(conn, operator, id).await?;
    if row.app_id == operator.app_id {
        return Ok(row);
    }
    Err(AppError::new(ErrorCode::NO_POWER).with_message((
        "the account is looked after by another tenant",
        "该账号由其他租户管理",
    )))
}

/// One page of the tenant's operators, by name.
pub(crate) async fn list(
    ctx: &Context,
    operator: &Operator,
    page: &PageQuery,
) -> AppResult<Page<Person>> {
    let rows = Entity::find()
        .filter(of_tenant(&operator.app_id))
        .order_by_asc(Column::Username)
        .order_by_asc(Column::Id);
    let found = Page::<Model>::fetch(rows, ctx.db(), page).await?;
    let mut people = Vec::with_capacity(found.items.len());
    for row in found.items {
        people.push(person(ctx, row, &operator.app_id).await?);
    }
    Ok(Page {
        items: people,
        page_index: found.page_index,
        page_size: found.page_size,
        total: found.total,
    })
}

/// One operator.
pub(crate) async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<Person> {
    let found = row(ctx.db(), operator, id).await?;
    person(ctx, found, &operator.app_id).await
}

/// What is written into the log of an operator.
fn logged(row: &Model, roles: &[Role]) -> AppResult<Value> {
    let names: Vec<&str> = roles.iter().map(|role| role.role_name.as_str()).collect();
    Ok(json!({
        "username": row.username,
        "app_id": row.app_id,
        "permissions": patterns(&row.permissions)?,
        "roles": names.join(", "),
        "is_enabled": row.is_enabled,
    }))
}

/// Makes an operator of the tenant.
pub(crate) async fn create(
    ctx: &Context,
    operator: &Operator,
    (username, password): (&str, &Secret),
    permissions: &[String],
    role_ids: &[Id],
) -> AppResult<Person> {
    super::check(&operator.app_id, username, password, permissions)?;
    refuse_more(operator, permissions)?;
    let new = super::new_row(ctx, &operator.app_id, username, password, permissions).await?;
    let log = &ctx.oplog().by(operator).await?;
    let made = db::transaction(ctx.db(), |txn| {
        let new = new.clone();
        Box::pin(async move {
            let roles = role::assignable(txn, operator, role_ids).await?;
            let made = super::insert(txn, new, username).await?;
            give_roles(txn, made.id, role_ids).await?;
            log.added(txn, &LOGGED, made.id, &logged(&made, &roles)?)
                .await?;
            Ok(made)
        })
    })
    .await?;
    person(ctx, made, &operator.app_id).await
}

async fn give_roles(txn: &Transaction<'_>, operator_id: Id, role_ids: &[Id]) -> AppResult<()> {
    let mut ids = role_ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = ids.into_iter().map(|role_id| operator_role::ActiveModel {
        operator_id: Set(operator_id),
        role_id: Set(role_id),
    });
    operator_role::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Takes away what roles of the tenant an operator has.
async fn take_roles(txn: &Transaction<'_>, operator_id: Id, roles: &[Role]) -> AppResult<()> {
    operator_role::Entity::delete_many()
        .filter(operator_role::Column::OperatorId.eq(operator_id))
        .filter(operator_role::Column::RoleId.is_in(roles.iter().map(|role| role.id)))
        .exec(txn)
        .await?;
    Ok(())
}

/// Gives an operator these roles of the tenant, and no others.
pub(crate) async fn set_roles(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    role_ids: &[Id],
) -> AppResult<Person> {
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let person = subject(txn, operator, id).await?;
            let old = roles_of(txn, id, &operator.app_id).await?;
            let new = role::assignable(txn, operator, role_ids).await?;
            take_roles(txn, id, &old).await?;
            give_roles(txn, id, role_ids).await?;
            let rows = (&logged(&person, &old)?, &logged(&person, &new)?);
            log.edited(txn, &LOGGED, id, rows).await
        })
    })
    .await?;
    get(ctx, operator, id).await
}

/// Lets an operator in, or keeps him out and ends his sessions.
pub(crate) async fn enable(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    is_enabled: bool,
) -> AppResult<Person> {
    if id == operator.id {
        return Err(AppError::conflict((
            "nobody disables his own account",
            "不能停用自己的账号",
        )));
    }
    let (now, log) = (ctx.now(), &ctx.oplog().by(operator).await?);
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let old = own_subject(txn, operator, id).await?;
            Entity::update_many()
                .col_expr(Column::IsEnabled, Expr::value(is_enabled))
                .col_expr(Column::UpdatedAt, Expr::value(now))
                .filter(Column::Id.eq(id))
                .exec(txn)
                .await?;
            if !is_enabled {
                session::close_all(txn, id, None, None).await?;
            }
            let roles = roles_of(txn, id, &operator.app_id).await?;
            let new = Model {
                is_enabled,
                ..old.clone()
            };
            let rows = (&logged(&old, &roles)?, &logged(&new, &roles)?);
            log.edited(txn, &LOGGED, id, rows).await
        })
    })
    .await?;
    get(ctx, operator, id).await
}

/// Gives an operator another password, forgives his failures to log in, and ends his sessions.
pub(crate) async fn reset_password(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    new: &Secret,
) -> AppResult<()> {
    check_password(new)?;
    // Before the work of hashing.
    own_subject(ctx.db(), operator, id).await?;
    let environment = ctx.config().environment;
    let hash = password::hash(new.expose().to_owned(), environment).await?;
    let (hash, log) = (&hash, &ctx.oplog().by(operator).await?);
    let now = ctx.now();
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let person = own_subject(txn, operator, id).await?;
            set_password(txn, id, hash, now).await?;
            session::close_all(txn, id, None, None).await?;
            let entry = password_entry(id, &person.username)?;
            log.record(txn, entry).await
        })
    })
    .await
}

/// Writes a password's hash, and forgives failures.
pub(super) async fn set_password(
    txn: &Transaction<'_>,
    id: Id,
    hash: &str,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let locked: Option<DateTime<Utc>> = None;
    Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(hash))
        .col_expr(Column::FailedCount, Expr::value(0))
        .col_expr(Column::LockedUntil, Expr::value(locked))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// That a password was changed, not which it is.
pub(super) fn password_entry(id: Id, username: &str) -> AppResult<Entry> {
    let before = json!({ "password": "old" });
    let after = json!({ "password": "new" });
    let entry = Entry::new(Operation::Edit, &LOGGED, id, &before, &after)?;
    Ok(entry.title(username))
}

/// Turns an operator's second factor off: he has lost it. Ends his sessions.
pub(crate) async fn reset_totp(ctx: &Context, operator: &Operator, id: Id) -> AppResult<()> {
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let person = own_subject(txn, operator, id).await?;
            if !totp::remove(txn, id).await? {
                return Ok(());
            }
            session::close_all(txn, id, None, None).await?;
            let entry = Entry::new(Operation::Delete, &totp::LOGGED, id, &(), &())?;
            log.record(txn, entry.title(person.username)).await
        })
    })
    .await
}

/// The sessions of an operator in the tenant.
pub(crate) async fn sessions(
    ctx: &Context,
    operator: &Operator,
    id: Id,
) -> AppResult<Vec<crate::auth::entity::session::Model>> {
    row(ctx.db(), operator, id).await?;
    session::of_operator(ctx, id, Some(&operator.app_id)).await
}

/// Ends an operator's sessions in the tenant; how many.
pub(crate) async fn log_out(ctx: &Context, operator: &Operator, id: Id) -> AppResult<u64> {
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let person = subject(txn, operator, id).await?;
            let closed = session::close_all(txn, id, Some(&operator.app_id), None).await?;
            let (before, after) = (json!({ "sessions": closed }), json!({ "sessions": 0 }));
            let entry = Entry::new(Operation::Operate, &LOGGED, id, &before, &after)?;
            log.record(txn, entry.title(person.username)).await?;
            Ok(closed)
        })
    })
    .await
}

/// Gives the tenant to an operator of another one, with roles.
pub(crate) async fn invite(
    ctx: &Context,
    operator: &Operator,
    username: &str,
    role_ids: &[Id],
) -> AppResult<Person> {
    let log = &ctx.oplog().by(operator).await?;
    let guest = db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let found = Entity::find().filter(Column::Username.eq(username));
            let guest = found.one(txn).await?;
            let guest = guest.filter(|row| row.username == username);
            let guest = guest.ok_or_else(AppError::not_found)?;
            let roles = role::assignable(txn, operator, role_ids).await?;
            let may = permissions_in(txn, &guest, &operator.app_id).await?;
            if may.is_some() {
                return Err(AppError::conflict((
                    "he is an operator of this tenant already",
                    "该操作员已属于本租户",
                )));
            }
            operator_tenant::Entity::insert(operator_tenant::ActiveModel {
                operator_id: Set(guest.id),
                app_id: Set(operator.app_id.clone()),
            })
            .exec_without_returning(txn)
            .await?;
            give_roles(txn, guest.id, role_ids).await?;
            log.added(txn, &LOGGED, guest.id, &logged(&guest, &roles)?)
                .await?;
            Ok(guest)
        })
    })
    .await?;
    person(ctx, guest, &operator.app_id).await
}

/// Takes the tenant back from an operator of another one, with his roles and sessions there.
pub(crate) async fn withdraw(ctx: &Context, operator: &Operator, id: Id) -> AppResult<()> {
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let guest = subject(txn, operator, id).await?;
            if guest.app_id == operator.app_id {
                return Err(AppError::conflict((
                    "an operator of this tenant is not removed, but disabled",
                    "本租户的操作员不能删除，只能停用",
                )));
            }
            let roles = roles_of(txn, id, &operator.app_id).await?;
            take_roles(txn, id, &roles).await?;
            operator_tenant::Entity::delete_by_id((id, operator.app_id.clone()))
                .exec(txn)
                .await?;
            session::close_all(txn, id, Some(&operator.app_id), None).await?;
            log.removed(txn, &LOGGED, id, &logged(&guest, &roles)?)
                .await
        })
    })
    .await
}
