//! The records of keys: what was done under them.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, SqlErr, sea_query::Expr,
};
use sha2::{Digest, Sha256};

use super::IdempotencyKey;
use super::entity::{ActiveModel, Column, Entity, Model};
use crate::app::Context;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::random;

/// Largest result or answer that is kept, in bytes.
pub(crate) const BODY_LIMIT_BYTES: usize = 256 * 1024;

/// Longest scope in characters.
pub(super) const SCOPE_MAX_CHARS: usize = 190;

/// A hundred years: later instants would only be trouble for the databases' calendars.
const TTL_MAX_S: u64 = 100 * 365 * 24 * 3600;

/// One in so many new records clears away old ones, up to [`SWEEP_LIMIT`] each.
const SWEEP_ONE_IN: u64 = 256;

/// More than [`SWEEP_ONE_IN`], so that sweeping outpaces recording.
const SWEEP_LIMIT: u64 = 1000;

const RUNNING: &str = "running";
const DONE: &str = "done";

/// One use of a key: whose, which, and what for.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) scope: String,
    pub(crate) key: IdempotencyKey,
    /// SHA-256 in hex of what the key is used for.
    pub(crate) fingerprint: String,
}

/// What was done under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// `None` for what did not come by HTTP.
    pub(crate) status: Option<u16>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: String,
}

/// What the database knows of a key.
pub(super) enum Known {
    /// Nothing.
    Absent,
    /// Something that no longer counts.
    Expired,
    /// It was used for the same, and this came of it.
    Done(Answer),
    /// It is being used for the same; the lock ends then.
    Running(DateTime<Utc>),
}

/// SHA-256 in hex. Each part counts with its length, so that parts can't be shifted.
pub(crate) fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    random::to_hex(&hash.finalize())
}

/// The refusal of a key that was used for something else.
pub(crate) fn conflict() -> AppError {
    AppError::new(ErrorCode::IDEMPOTENCY_CONFLICT)
}

impl Use {
    /// The row of this use, as long as nothing has come of it.
    pub(super) fn row(&self, ctx: &Context, locked_until: DateTime<Utc>) -> ActiveModel {
        let now = ctx.now();
        ActiveModel {
            scope: Set(self.scope.clone()),
            key_text: Set(self.key.to_string()),
            fingerprint: Set(self.fingerprint.clone()),
            state: Set(RUNNING.to_owned()),
            locked_until: Set(locked_until),
            status_code: Set(None),
            content_type: Set(None),
            body: Set(None),
            created_at: Set(now),
            expires_at: Set(expiry(ctx).max(locked_until)),
        }
    }

    /// Picks out the row of this key.
    pub(super) fn is_key(&self) -> Condition {
        is_key(&self.scope, &self.key)
    }

    /// Picks out the row of this key while it is locked until exactly then: each holder of the
    /// lock has his own end of it.
    pub(super) fn is_held(&self, locked_until: DateTime<Utc>) -> Condition {
        self.is_key()
            .add(Column::State.eq(RUNNING))
            .add(Column::LockedUntil.eq(locked_until))
    }
}

/// Picks out the row of a key.
pub(super) fn is_key(scope: &str, key: &IdempotencyKey) -> Condition {
    Condition::all()
        .add(Column::Scope.eq(scope))
        .add(Column::KeyText.eq(key.as_str()))
}

/// When a record that is made now is forgotten.
pub(super) fn expiry(ctx: &Context) -> DateTime<Utc> {
    let ttl_s = ctx.config().http.idempotency_ttl_s.min(TTL_MAX_S);
    ctx.now() + TimeDelta::try_seconds(ttl_s as i64).unwrap_or_default()
}

/// Looks a key up.
///
/// # Errors
/// `idempotency_conflict` when it was used for something else; the database's.
pub(super) async fn find(ctx: &Context, of: &Use) -> AppResult<Known> {
    let row = Entity::find().filter(of.is_key()).one(ctx.db()).await?;
    let Some(row) = row else {
        return Ok(Known::Absent);
    };
    if row.expires_at <= ctx.now() {
        return Ok(Known::Expired);
    }
    if row.fingerprint != of.fingerprint {
        return Err(conflict());
    }
    if row.state == RUNNING {
        return Ok(Known::Running(row.locked_until));
    }
    Ok(Known::Done(answer(row)))
}

fn answer(row: Model) -> Answer {
    Answer {
        status: row.status_code.and_then(|status| status.try_into().ok()),
        content_type: row.content_type,
        body: row.body.unwrap_or_default(),
    }
}

/// Writes a new row; `false` when there is one of this key already.
pub(super) async fn insert(conn: &impl ConnectionTrait, row: ActiveModel) -> Result<bool, DbErr> {
    match Entity::insert(row).exec_without_returning(conn).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Keeps what came of a use whose lock ends then; `false` when the lock went to somebody else.
pub(super) async fn keep(
    ctx: &Context,
    conn: &impl ConnectionTrait,
    of: &Use,
    locked_until: DateTime<Utc>,
    answer: &Answer,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value(DONE))
        .col_expr(
            Column::StatusCode,
            Expr::value(answer.status.map(i32::from)),
        )
        .col_expr(
            Column::ContentType,
            Expr::value(answer.content_type.clone()),
        )
        .col_expr(Column::Body, Expr::value(answer.body.clone()))
        .col_expr(Column::ExpiresAt, Expr::value(expiry(ctx)))
        .filter(of.is_held(locked_until))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a record that no longer counts.
pub(super) async fn remove_expired(ctx: &Context, of: &Use) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(of.is_key())
        .filter(Column::ExpiresAt.lte(ctx.now()))
        .exec(ctx.db())
        .await?;
    Ok(())
}

/// After a new record, now and then: clears expired ones away.
pub(super) async fn sweep_sometimes(ctx: &Context) {
    let is_due = random::below(SWEEP_ONE_IN).is_ok_and(|number| number == 0);
    if is_due && let Err(error) = sweep(ctx).await {
        // Another record will try again.
        tracing::warn!(%error, "expired idempotency keys could not be cleared away");
    }
}

async fn sweep(ctx: &Context) -> Result<(), DbErr> {
    let oldest: Vec<DateTime<Utc>> = Entity::find()
        .select_only()
        .column(Column::ExpiresAt)
        .filter(Column::ExpiresAt.lte(ctx.now()))
        .order_by_asc(Column::ExpiresAt)
        .limit(SWEEP_LIMIT)
        .into_tuple()
        .all(ctx.db())
        .await?;
    if let Some(last) = oldest.last() {
        Entity::delete_many()
            .filter(Column::ExpiresAt.lte(*last))
            .exec(ctx.db())
            .await?;
    }
    Ok(())
}
