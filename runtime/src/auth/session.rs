//! Sessions: opening, recognising and closing them.

use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use sha2::Sha256;

use super::entity::session::{ActiveModel, Column, Entity, Model};
use crate::app::Context;
use crate::error::{AppError, AppResult};
use crate::http::Scope;
use crate::random;
use crate::types::Id;

/// `last_seen_at` is at most this far behind: a write per request would be too dear.
pub const SEEN_EVERY: TimeDelta = TimeDelta::seconds(60);

/// A hundred years: longer sessions would only be trouble for the databases' calendars.
const LIFETIME_MAX_S: u64 = 100 * 365 * 24 * 3600;

/// One in so many new sessions clears away old ones, up to [`SWEEP_LIMIT`] each.
const SWEEP_ONE_IN: u64 = 256;

/// More than [`SWEEP_ONE_IN`], so that sweeping outpaces opening.
const SWEEP_LIMIT: u64 = 1000;

/// More sessions than that nobody looks through.
const LISTED_MAX: u64 = 200;

/// On which routes a session is worth something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Players, `/client`.
    Client,
    /// Operators, `/admin`.
    Admin,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Admin => "admin",
        }
    }
}

/// Opens a session and returns its token, which nobody will be able to tell again.
pub(super) async fn open(
    ctx: &Context,
    kind: Kind,
    app_id: &str,
    subject: Id,
) -> AppResult<String> {
    let token = random::hex::<32>()?;
    let now = ctx.now();
    let ttl = TimeDelta::try_seconds(ctx.config().auth.session_ttl_s.min(LIFETIME_MAX_S) as i64);
    let session = ActiveModel {
        token_hash: Set(hash(ctx, &token)?),
        kind: Set(kind.as_str().to_owned()),
        app_id: Set(app_id.to_owned()),
        subject_id: Set(subject),
        created_at: Set(now),
        expires_at: Set(now + ttl.unwrap_or_default()),
        last_seen_at: Set(now),
        ip: Set(Scope::current().facts.ip.map(|ip| ip.to_string())),
    };
    Entity::insert(session)
        .exec_without_returning(ctx.db())
        .await?;
    if random::below(SWEEP_ONE_IN)? == 0
        && let Err(error) = sweep(ctx).await
    {
        // Another log-in will try again.
        tracing::warn!(%error, "expired sessions could not be cleared away");
    }
    Ok(token)
}

/// The living session of this kind that a token stands for.
pub(super) async fn find(ctx: &Context, kind: Kind, token: &str) -> AppResult<Option<Model>> {
    let found = Entity::find_by_id(hash(ctx, token)?).one(ctx.db()).await?;
    let now = ctx.now();
    let Some(session) = found else {
        return Ok(None);
    };
    if session.kind != kind.as_str() || session.expires_at <= now {
        return Ok(None);
    }
    if now - session.last_seen_at >= SEEN_EVERY
        && let Err(error) = touch(ctx, &session).await
    {
        // The request does not depend on it.
        tracing::warn!(%error, "last_seen_at of a session could not be written");
    }
    Ok(Some(session))
}

/// Ends the session of a token; nothing happens if there is none.
pub(super) async fn close(ctx: &Context, token: &str) -> AppResult<()> {
    Entity::delete_by_id(hash(ctx, token)?)
        .exec(ctx.db())
        .await?;
    Ok(())
}

async fn touch(ctx: &Context, session: &Model) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LastSeenAt, Expr::value(ctx.now()))
        .filter(Column::TokenHash.eq(&session.token_hash))
        // Of many requests at once, one writes.
        .filter(Column::LastSeenAt.lte(session.last_seen_at))
        .exec(ctx.db())
        .await?;
    Ok(())
}

async fn sweep(ctx: &Context) -> Result<(), DbErr> {
    let expired: Vec<String> = Entity::find()
        .select_only()
        .column(Column::TokenHash)
        .filter(Column::ExpiresAt.lte(ctx.now()))
        .order_by_asc(Column::ExpiresAt)
        .limit(SWEEP_LIMIT)
        .into_tuple()
        .all(ctx.db())
        .await?;
    if !expired.is_empty() {
        Entity::delete_many()
            .filter(Column::TokenHash.is_in(expired))
            .exec(ctx.db())
            .await?;
    }
    Ok(())
}

/// The sessions of an operator, newest first, of all tenants or of one.
pub(super) async fn of_operator(
    ctx: &Context,
    operator_id: Id,
    app_id: Option<&str>,
) -> AppResult<Vec<Model>> {
    let found = Entity::find()
        .filter(is_operators(operator_id, app_id))
        .filter(Column::ExpiresAt.gt(ctx.now()))
        .order_by_desc(Column::CreatedAt)
        .limit(LISTED_MAX);
    Ok(found.all(ctx.db()).await?)
}

/// Ends an operator's sessions, of all tenants or of one, except for that of a token; how many.
pub(super) async fn close_all(
    conn: &impl ConnectionTrait,
    operator_id: Id,
    app_id: Option<&str>,
    but: Option<&str>,
) -> AppResult<u64> {
    let closed = Entity::delete_many()
        .filter(is_operators(operator_id, app_id))
        .filter(Condition::all().add_option(but.map(|hash| Column::TokenHash.ne(hash))));
    Ok(closed.exec(conn).await?.rows_affected)
}

/// Ends one session by the hash of its token.
pub(super) async fn close_one(conn: &impl ConnectionTrait, token_hash: &str) -> AppResult<()> {
    Entity::delete_by_id(token_hash.to_owned())
        .exec(conn)
        .await?;
    Ok(())
}

fn is_operators(operator_id: Id, app_id: Option<&str>) -> Condition {
    Condition::all()
        .add(Column::Kind.eq(Kind::Admin.as_str()))
        .add(Column::SubjectId.eq(operator_id))
        .add_option(app_id.map(|app_id| Column::AppId.eq(app_id)))
}

/// What the database knows of a token.
pub(super) fn hash(ctx: &Context, token: &str) -> AppResult<String> {
    let key = ctx.config().auth.token_key.expose();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(AppError::internal)?;
    mac.update(token.as_bytes());
    Ok(random::to_hex(&mac.finalize().into_bytes()))
}
