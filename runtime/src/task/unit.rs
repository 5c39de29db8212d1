//! The transactions of tasks and draws: begun for one player's rows, done again when somebody else
//! was quicker.

use std::time::Duration;

use sea_orm::SqlErr;
use tokio::time::sleep;

use crate::app::{BoxFuture, Context};
use crate::db::{Group, Transaction, run_transaction};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::random;
use crate::shard::ShardKey;
use crate::types::Id;

/// In whose database tasks are: that of the ledger.
pub(crate) const GROUP: Group = Group::Asset;
/// How often a transaction is done when it meets others.
const ATTEMPTS_MAX: u32 = 10;
/// Longest pause before the second attempt; it grows with each further one.
const PAUSE_MS: u64 = 5;

/// Where a player's rows are.
pub(crate) fn shard_key(app_id: &str, act_id: Id, user_id: Id) -> ShardKey {
    ShardKey::user(app_id, user_id).with("act_id", act_id)
}

/// Does work in one transaction. Before each attempt ids are made ready; in it none is waited for.
///
/// # Errors
/// What the work returned; the database's.
pub(crate) async fn run<'env, T, F>(ctx: &Context, key: &ShardKey, work: F) -> AppResult<T>
where
    T: Send,
    F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Send + Sync,
{
    let conn = ctx.shard_of(GROUP, key);
    let mut attempt = 1;
    loop {
        ctx.next_id().await?;
        let error = match run_transaction(&conn, &work).await {
            Err(error) if is_worth_another(&error) && attempt < ATTEMPTS_MAX => error,
            other => return other,
        };
        tracing::debug!(attempt, error = %error.detail(), "the work of a task is done again");
        let pause_ms = 1 + random::below(PAUSE_MS * u64::from(attempt))?;
        sleep(Duration::from_millis(pause_ms)).await;
        attempt += 1;
    }
}

/// Two transactions made the same row, or one changed what the other had read.
fn is_worth_another(error: &AppError) -> bool {
    match error.database_error() {
        Some(error) => matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))),
        None => error.code() == ErrorCode::BUSY,
    }
}

/// An id, in a transaction.
pub(crate) fn next_id(ctx: &Context) -> AppResult<Id> {
    let none = || AppError::new(ErrorCode::BUSY).with_source("no id at hand");
    ctx.try_next_id().ok_or_else(none)
}
