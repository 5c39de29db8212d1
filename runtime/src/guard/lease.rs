//! The lock on a key while the work is done outside of a transaction, as a request is.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DbErr, EntityTrait, QueryFilter, sea_query::Expr};

use super::entity::{Column, Entity};
use super::record::{self, Answer, Known, Use};
use crate::app::Context;
use crate::db::is_retryable;
use crate::error::AppResult;

/// How much longer than a request may take its lock lasts: time to write the answer down.
const MARGIN: TimeDelta = TimeDelta::seconds(10);

/// Far more than any request takes, and no trouble for calendars.
const LOCK_MAX_S: u64 = 24 * 3600;

/// How often a statement is tried that loses against others.
const TRIES: u32 = 5;

/// The lock on a key, until then.
#[derive(Debug)]
pub(crate) struct Lease {
    of: Use,
    until: DateTime<Utc>,
}

/// What came of trying to lock a key.
pub(crate) enum Claim {
    /// It is ours.
    Won(Lease),
    /// It is done already.
    Done(Answer),
    /// Somebody else holds it.
    Held,
}

/// Locks a key for as long as a request may take and a little more. Does not wait.
///
/// # Errors
/// `idempotency_conflict` when the key was used for something else; the database's.
pub(crate) async fn claim(ctx: &Context, of: &Use) -> AppResult<Claim> {
    for _ in 0..TRIES {
        let timeout_s = ctx.config().server.request_timeout_s.min(LOCK_MAX_S);
        let lasts = TimeDelta::try_seconds(timeout_s as i64).unwrap_or_default() + MARGIN;
        let until = ctx.now() + lasts;
        let lease = || Lease {
            of: of.clone(),
            until,
        };
        match record::find(ctx, of).await? {
            Known::Done(answer) => return Ok(Claim::Done(answer)),
            Known::Running(held_until) if held_until > ctx.now() => return Ok(Claim::Held),
            Known::Running(held_until) => {
                if take_over(ctx, of, held_until, until).await? {
                    tracing::warn!(scope = of.scope, "the holder of an idempotency key is gone");
                    return Ok(Claim::Won(lease()));
                }
                continue;
            }
            Known::Expired => record::remove_expired(ctx, of).await?,
            Known::Absent => {}
        }
        match record::insert(ctx.db(), of.row(ctx, until)).await {
            Ok(true) => {
                record::sweep_sometimes(ctx).await;
                return Ok(Claim::Won(lease()));
            }
            Ok(false) => {}
            Err(error) if is_retryable(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Claim::Held)
}

/// Of all who find the same ended lock, lets one have it.
async fn take_over(
    ctx: &Context,
    of: &Use,
    held_until: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let taken = Entity::update_many()
        .col_expr(Column::LockedUntil, Expr::value(until))
        .col_expr(
            Column::ExpiresAt,
            Expr::value(record::expiry(ctx).max(until)),
        )
        .filter(of.is_held(held_until))
        .exec(ctx.db())
        .await?;
    Ok(taken.rows_affected == 1)
}

impl Lease {
    /// Keeps the answer and ends the lock. The answer is out anyway, so a failure goes to the log;
    /// the lock then lasts until its end.
    pub(crate) async fn keep(self, ctx: &Context, answer: &Answer) {
        for _ in 0..TRIES {
            match record::keep(ctx, ctx.db(), &self.of, self.until, answer).await {
                Ok(true) => return,
                Ok(false) => break,
                Err(error) if is_retryable(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "the answer under an idempotency key was not kept");
                    return;
                }
            }
        }
        let scope = self.of.scope;
        tracing::error!(
            scope,
            "an idempotency key was lost before its answer was kept"
        );
    }

    /// Gives the key back: the next request with it is the first one.
    pub(crate) async fn release(self, ctx: &Context) {
        let mut failure = None;
        for _ in 0..TRIES {
            let released = Entity::delete_many()
                .filter(self.of.is_held(self.until))
                .exec(ctx.db())
                .await;
            match released {
                Ok(_) => return,
                Err(error) => failure = Some(error),
            }
        }
        let error = failure.map(|error| error.to_string()).unwrap_or_default();
        tracing::warn!(error, "an idempotency key stays locked until its lock ends");
    }
}
