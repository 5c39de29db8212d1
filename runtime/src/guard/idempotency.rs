//! Work that is done at most once for a key.

use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{EntityTrait, QueryFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::IdempotencyKey;
use super::entity::Entity;
use super::record::{self, Answer, BODY_LIMIT_BYTES, Known, SCOPE_MAX_CHARS, Use};
use crate::app::{BoxFuture, Context};
use crate::db::{Begin, Transaction, Work, run_transaction};
use crate::error::{AppError, AppResult, ErrorCode};

/// How often the key is looked up again after somebody else's use of it came to nothing.
const ROUNDS: u32 = 5;

/// Scopes of the HTTP layer.
const RESERVED: &str = "http:";

/// The result of work that is done at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once<T> {
    /// What the work returned, now or when it was done.
    pub value: T,
    /// Whether the work had been done before and was not done now.
    pub is_replay: bool,
}

/// Does `work` in a transaction that also records the key, so that it is done at most once for it.
///
/// Called again with the same key and content, the work is not done, and what it returned the
/// first time comes back, read from its JSON. Of any number of callers at once one does the work
/// and the others wait for its result. Work that fails records nothing. Records live for
/// `http.idempotency_ttl_s`.
///
/// - `conn` is a view on the default database, where the records are: `ctx.db()` or
///   `&ctx.shard(&key)`. In any other one the record's table is missing and nothing is done.
/// - `scope` says what is done and for whom, e.g. `gift.send:17`: a client chooses its keys, so
///   without the user one could meet another's. 1 to 190 visible ASCII characters, and not
///   beginning with `http:`.
/// - `content` is what the work depends on, compared by its JSON. Types whose JSON differs from
///   time to time, such as a `HashMap`, don't do.
/// - `work` is as for [`db::transaction`](crate::db::transaction): done again when the database
///   gives up on it, so without effect outside of the transaction, and with its ids taken before.
///
/// ```
/// # use cloudapp_runtime::{app::Context, error::AppResult, guard::{IdempotencyKey, once}};
/// # use sea_orm::ConnectionTrait;
/// async fn rename(ctx: &Context, key: &IdempotencyKey, title: &str) -> AppResult<u64> {
///     let done = once(ctx, ctx.db(), "title.rename", key, title, |txn| {
///         Box::pin(async move {
///             let done = txn.execute_unprepared("UPDATE title_tb SET edits = edits + 1").await?;
///             Ok(done.rows_affected())
///         })
///     });
///     Ok(done.await?.value)
/// }
/// ```
///
/// # Errors
/// What `work` returned; `idempotency_conflict` when the key was used for another content;
/// `internal` when the scope does not fit or the result is no JSON or above 256 KiB, and then
/// nothing is done; those of [`db::transaction`](crate::db::transaction).
pub async fn once<'env, T, F, C>(
    ctx: &Context,
    conn: &impl Begin,
    scope: &str,
    key: &IdempotencyKey,
    content: &C,
    work: F,
) -> AppResult<Once<T>>
where
    T: Serialize + DeserializeOwned + Send,
    F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Send + Sync,
    C: Serialize + Sync + ?Sized,
{
    check_scope(scope)?;
    let content = serde_json::to_vec(content).map_err(AppError::internal)?;
    let recorded = Recorded {
        ctx,
        of: Use {
            scope: scope.to_owned(),
            key: key.clone(),
            fingerprint: record::fingerprint(&[&content]),
        },
        work,
        is_taken: AtomicBool::new(false),
    };
    for _ in 0..ROUNDS {
        match record::find(ctx, &recorded.of).await? {
            Known::Done(answer) => {
                let value = serde_json::from_str(&answer.body).map_err(AppError::internal)?;
                let is_replay = true;
                return Ok(Once { value, is_replay });
            }
            Known::Expired => record::remove_expired(ctx, &recorded.of).await?,
            // A record that is not done is visible to its own transaction only.
            Known::Running(_) => break,
            Known::Absent => {}
        }
        recorded.is_taken.store(false, Ordering::Relaxed);
        match run_transaction(conn, &recorded).await {
            Ok(value) => {
                record::sweep_sometimes(ctx).await;
                let is_replay = false;
                return Ok(Once { value, is_replay });
            }
            Err(_) if recorded.is_taken.load(Ordering::Relaxed) => {}
            Err(error) => return Err(error),
        }
    }
    Err(AppError::new(ErrorCode::BUSY).with_source("others use the same idempotency key"))
}

/// Makes a key as good as new, for tests that use it again; `false` when it was unknown.
///
/// The scope of answers over HTTP is `http:client:<tenant>:<user id>` or
/// `http:admin:<tenant>:<operator id>`.
///
/// # Errors
/// `no_power` in production; the database's.
pub async fn forget(ctx: &Context, scope: &str, key: &IdempotencyKey) -> AppResult<bool> {
    if ctx.config().environment.is_production() {
        let why = "idempotency keys are not forgotten in production";
        return Err(AppError::new(ErrorCode::NO_POWER).with_source(why));
    }
    let forgotten = Entity::delete_many()
        .filter(record::is_key(scope, key))
        .exec(ctx.db())
        .await?;
    Ok(forgotten.rows_affected > 0)
}

fn check_scope(scope: &str) -> AppResult<()> {
    let fits = (1..=SCOPE_MAX_CHARS).contains(&scope.len())
        && scope.bytes().all(|byte| byte.is_ascii_graphic())
        && !scope.starts_with(RESERVED);
    if fits {
        return Ok(());
    }
    Err(AppError::internal(format!(
        "scope `{scope}`: must be 1 to {SCOPE_MAX_CHARS} visible ASCII characters, and not begin \
         with `{RESERVED}`"
    )))
}

/// Work together with the record of its key.
struct Recorded<'a, F> {
    ctx: &'a Context,
    of: Use,
    work: F,
    /// Whether the last attempt failed because somebody else has recorded the key.
    is_taken: AtomicBool,
}

impl<'env, T, F> Work<'env, T> for Recorded<'_, F>
where
    T: Serialize + Send,
    F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Send + Sync,
{
    fn run<'c>(&'c self, txn: &'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> {
        Box::pin(async move {
            let until = self.ctx.now();
            // Before the work: who comes second waits here for the first one to commit.
            if !record::insert(txn, self.of.row(self.ctx, until)).await? {
                self.is_taken.store(true, Ordering::Relaxed);
                return Err(record::conflict());
            }
            let value = (self.work)(txn).await?;
            let body = serde_json::to_string(&value).map_err(AppError::internal)?;
            if body.len() > BODY_LIMIT_BYTES {
                let why = format!("a result of {} bytes can't be recorded", body.len());
                return Err(AppError::internal(why));
            }
            let answer = Answer {
                status: None,
                content_type: None,
                body,
            };
            if !record::keep(self.ctx, txn, &self.of, until, &answer).await? {
                return Err(AppError::internal("the record of a key is gone"));
            }
            Ok(value)
        })
    }
}
