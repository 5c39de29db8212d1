//! Users: one for each account of a platform at a tenant.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, SqlErr};

use super::entity::identity::{ActiveModel, Column, Entity, Model};
use crate::app::Context;
use crate::error::{AppError, AppResult};
use crate::types::{DateTime, Id, Utc};

/// The user of a platform's account, made when the account is seen for the first time; and whether
/// it was made now.
///
/// Of any number of first log-ins at once, the unique key lets one create the user; the others find
/// it.
pub(super) async fn resolve(
    ctx: &Context,
    app_id: &str,
    platform: &str,
    open_id: &str,
) -> AppResult<(Id, bool)> {
    if let Some(user_id) = find(ctx, app_id, platform, open_id).await? {
        return Ok((user_id, false));
    }
    let user_id = ctx.next_id().await?;
    let identity = ActiveModel {
        user_id: Set(user_id),
        app_id: Set(app_id.to_owned()),
        platform: Set(platform.to_owned()),
        open_id: Set(open_id.to_owned()),
        created_at: Set(ctx.now()),
    };
    let error = match Entity::insert(identity)
        .exec_without_returning(ctx.db())
        .await
    {
        Ok(_) => return Ok((user_id, true)),
        Err(error) => error,
    };
    if !matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
        return Err(error.into());
    }
    let winner = find(ctx, app_id, platform, open_id).await?;
    winner
        .map(|user_id| (user_id, false))
        .ok_or_else(|| AppError::internal(error))
}

/// Most players that a process remembers; beyond that it forgets all of them.
const REMEMBERED_MAX: usize = 200_000;

/// Players who are known to exist: they never cease to, nor change their tenant.
#[derive(Debug, Default)]
pub(crate) struct KnownPlayers(Mutex<HashSet<(Id, String)>>);

/// Whether a tenant has this player. Asks the database once for each.
///
/// # Errors
/// The database's.
pub async fn is_player(ctx: &Context, app_id: &str, user_id: Id) -> AppResult<bool> {
    let known = || {
        let known = &ctx.known_players().0;
        known.lock().unwrap_or_else(PoisonError::into_inner)
    };
    let player = (user_id, app_id.to_owned());
    if known().contains(&player) {
        return Ok(true);
    }
    let exists = of_user(ctx, app_id, user_id).await?.is_some();
    if exists {
        let mut known = known();
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(player);
    }
    Ok(exists)
}

/// When a player of the tenant was first here; `None` when there is no such player.
pub(crate) async fn player_since(
    ctx: &Context,
    app_id: &str,
    user_id: Id,
) -> AppResult<Option<DateTime<Utc>>> {
    let found = of_user(ctx, app_id, user_id).await?;
    Ok(found.map(|row| row.created_at))
}

/// The identity of a user of this tenant.
pub(super) async fn of_user(ctx: &Context, app_id: &str, user_id: Id) -> AppResult<Option<Model>> {
    let found = Entity::find_by_id(user_id)
        .filter(Column::AppId.eq(app_id))
        .one(ctx.db())
        .await?;
    Ok(found)
}

async fn find(ctx: &Context, app_id: &str, platform: &str, open_id: &str) -> AppResult<Option<Id>> {
    let found = Entity::find()
        .filter(Column::AppId.eq(app_id))
        .filter(Column::Platform.eq(platform))
        .filter(Column::OpenId.eq(open_id))
        .one(ctx.db())
        .await?;
    match found {
        // A database that takes `Alice` for `alice` would hand one the other's account.
        Some(row) if row.open_id != open_id || row.app_id != app_id => Err(AppError::internal(
            "identity_tb compares open ids without regard to case or space: a changed collation?",
        )),
        found => Ok(found.map(|row| row.user_id)),
    }
}
