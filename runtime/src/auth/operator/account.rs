//! What an operator does with his own account.

use sea_orm::EntityTrait as _;
use serde_json::json;

use super::access::{permissions_in, tenants_of};
use super::attempt::require_again;
use super::manage::{self, password_entry, set_password};
use super::{Operator, check_password};
use crate::app::Context;
use crate::auth::entity::operator::{Entity, Model};
use crate::auth::entity::session::Model as Session;
use crate::auth::session::{self, Kind};
use crate::auth::{password, totp};
use crate::config::Secret;
use crate::db;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::oplog::{Entry, Operation};
use crate::types::Id;

async fn own_row(ctx: &Context, operator: &Operator) -> AppResult<Model> {
    let row = Entity::find_by_id(operator.id).one(ctx.db()).await?;
    row.ok_or_else(AppError::unauthorized)
}

/// The tenants that he may choose from, his own first.
pub(crate) async fn tenants(ctx: &Context, operator: &Operator) -> AppResult<Vec<String>> {
    tenants_of(ctx.db(), &own_row(ctx, operator).await?).await
}

/// Gives him a secret for an authenticator, when he knows his password.
pub(crate) async fn begin_totp(
    ctx: &Context,
    operator: &Operator,
    given: &Secret,
) -> AppResult<totp::Enrolment> {
    require_again(ctx, operator, given, None).await?;
    totp::begin(ctx, operator).await
}

/// Gives him another password, and ends all his sessions but that of the token.
pub(crate) async fn change_password(
    ctx: &Context,
    operator: &Operator,
    (old, new): (&Secret, &Secret),
    token: &str,
) -> AppResult<()> {
    check_password(new)?;
    require_again(ctx, operator, old, None).await?;
    let environment = ctx.config().environment;
    let hash = password::hash(new.expose().to_owned(), environment).await?;
    let own = session::hash(ctx, token)?;
    let (now, hash, own) = (ctx.now(), &hash, &own);
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            set_password(txn, operator.id, hash, now).await?;
            session::close_all(txn, operator.id, None, Some(own)).await?;
            let entry = password_entry(operator.id, &operator.username)?;
            log.record(txn, entry).await
        })
    })
    .await
}

/// Exchanges the session of the token for one in another tenant that was given to him.
pub(crate) async fn switch_tenant(
    ctx: &Context,
    operator: &Operator,
    app_id: &str,
    token: &str,
) -> AppResult<String> {
    let row = own_row(ctx, operator).await?;
    if permissions_in(ctx.db(), &row, app_id).await?.is_none() {
        return Err(AppError::new(ErrorCode::NO_POWER)
            .with_message(("the tenant was not given to you", "没有该租户的权限")));
    }
    let new = session::open(ctx, Kind::Admin, app_id, operator.id).await?;
    session::close(ctx, token).await?;
    Ok(new)
}

/// His sessions, newest first.
pub(crate) async fn sessions(ctx: &Context, operator: &Operator) -> AppResult<Vec<Session>> {
    session::of_operator(ctx, operator.id, None).await
}

/// What stands for a session where it is shown: too short to find anything by, and of no use
/// without the token.
pub(crate) fn session_name(session: &Session) -> &str {
    session.token_hash.get(..16).unwrap_or_default()
}

/// Ends one of his sessions.
pub(crate) async fn close_session(ctx: &Context, operator: &Operator, name: &str) -> AppResult<()> {
    let all = sessions(ctx, operator).await?;
    let found = all.iter().find(|session| session_name(session) == name);
    let found = found.ok_or_else(AppError::not_found)?;
    session::close_one(ctx.db(), &found.token_hash).await
}

/// Turns his second factor off: he knows the password, and has the authenticator or a recovery
/// code.
pub(crate) async fn disable_totp(
    ctx: &Context,
    operator: &Operator,
    given: &Secret,
    code: &str,
) -> AppResult<()> {
    require_again(ctx, operator, given, Some(code)).await?;
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            totp::remove(txn, operator.id).await?;
            let entry = Entry::new(Operation::Delete, &totp::LOGGED, operator.id, &(), &())?;
            log.record(txn, entry.title(operator.username.as_str()))
                .await
        })
    })
    .await
}

/// Ends all his sessions but that of the token; how many.
pub(crate) async fn close_others(
    ctx: &Context,
    operator: &Operator,
    token: &str,
) -> AppResult<u64> {
    let own = session::hash(ctx, token)?;
    let own = &own;
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let closed = session::close_all(txn, operator.id, None, Some(own)).await?;
            let (before, after) = (json!({ "sessions": closed + 1 }), json!({ "sessions": 1 }));
            let operation = Operation::Operate;
            let entry = Entry::new(operation, &manage::LOGGED, operator.id, &before, &after)?;
            log.record(txn, entry.title(operator.username.as_str()))
                .await?;
            Ok(closed)
        })
    })
    .await
}

/// Whether he has a second factor.
pub(crate) async fn has_totp(ctx: &Context, id: Id) -> AppResult<bool> {
    totp::is_on(ctx, id).await
}
