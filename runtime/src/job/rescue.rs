//! Taking jobs from workers that gave no sign of life for longer than their lease.

use sea_orm::{ConnectionTrait, QueryResult};

use super::context::JobRun;
use super::settle::{End, Ended, Locking, apply};
use super::sql::Sql;
use crate::app::Context;
use crate::db::{Busy, Transaction, transaction};
use crate::error::AppResult;
use crate::job::{Alarm, AlarmKind};
use crate::types::Id;

/// Workers looked at in one go.
const WORKERS_MAX: i64 = 32;

/// Rescues the jobs of all dead workers; how many jobs.
pub(super) async fn rescue(ctx: &Context) -> AppResult<u64> {
    let mut rescued = 0;
    for worker_id in dead(ctx).await? {
        rescued += from_one(ctx, worker_id).await?;
    }
    for worker_id in strangers(ctx).await? {
        rescued += of_stranger(ctx, worker_id).await?;
    }
    if rescued > 0 {
        tracing::warn!(jobs = rescued, "jobs were taken from workers that died");
        ctx.job_engine().stats().rescued.inc_by(rescued);
        ctx.job_engine().wake();
    }
    Ok(rescued)
}

/// Workers whose lease is over.
async fn dead(ctx: &Context) -> AppResult<Vec<i64>> {
    let words = "SELECT id FROM job_worker_tb WHERE lease_until_us < {now} ORDER BY id LIMIT ?";
    let sql = Sql::new(ctx.db()).add(words, [WORKERS_MAX.into()]);
    ids(&sql.all(ctx.db()).await?, "id")
}

/// Workers that have jobs and no row: what they took when they had been taken for dead already.
async fn strangers(ctx: &Context) -> AppResult<Vec<i64>> {
    let words = "SELECT DISTINCT worker_id FROM job_tb WHERE state = 'running' \
                 AND NOT EXISTS (SELECT 1 FROM job_worker_tb AS w WHERE w.id = job_tb.worker_id)";
    ids(
        &Sql::new(ctx.db()).words(words).all(ctx.db()).await?,
        "worker_id",
    )
}

fn ids(rows: &[QueryResult], column: &str) -> AppResult<Vec<i64>> {
    let ids = rows.iter().map(|row| row.try_get("", column));
    Ok(ids.collect::<Result<_, _>>()?)
}

async fn from_one(ctx: &Context, worker_id: i64) -> AppResult<u64> {
    transaction(&Busy(ctx.db().clone()), |txn| {
        Box::pin(async move {
            let words = "SELECT host, pid FROM job_worker_tb \
                         WHERE id = ? AND lease_until_us < {now}";
            let sql = Sql::new(txn).add(words, [worker_id.into()]);
            // The worker's own sign of life waits for this transaction, and then finds no row.
            let Some(worker) = sql.for_update(true).one(txn).await? else {
                return Ok(0);
            };
            let host: String = worker.try_get("", "host")?;
            let pid: i64 = worker.try_get("", "pid")?;
            let error = format!("its worker gave no sign of life (process {pid} on {host})");
            let count = take(ctx, txn, worker_id, &error).await?;
            tell(ctx, format!("{host} ({pid})"), count);
            let sql =
                Sql::new(txn).add("DELETE FROM job_worker_tb WHERE id = ?", [worker_id.into()]);
            sql.execute(txn).await?;
            Ok(count)
        })
    })
    .await
}

async fn of_stranger(ctx: &Context, worker_id: i64) -> AppResult<u64> {
    transaction(&Busy(ctx.db().clone()), |txn| {
        Box::pin(
            async move { take(ctx, txn, worker_id, "its worker had been taken for dead").await },
        )
    })
    .await
}

/// Somebody may want to know why it died. Nothing waits for his being told.
fn tell(ctx: &Context, subject: String, jobs: u64) {
    let ctx = ctx.clone();
    let alarm = Alarm {
        kind: AlarmKind::LateWorker,
        subject,
        text: format!("it died: {jobs} jobs were taken from it"),
        at: ctx.now(),
    };
    tokio::spawn(async move { ctx.alarms().raise(&ctx, alarm).await });
}

/// The attempt counts: a job that kills its worker must come to an end some day.
async fn take(ctx: &Context, txn: &Transaction<'_>, worker_id: i64, error: &str) -> AppResult<u64> {
    let now = ctx.now();
    let ended = running(txn, worker_id)
        .await?
        .into_iter()
        .map(|(run, is_cancelled)| {
            let end = if is_cancelled {
                End::Cancelled(error.to_owned())
            } else if run.attempt >= run.max_attempts {
                End::Dead(error.to_owned())
            } else {
                End::Again(now, error.to_owned())
            };
            Ended::of(&run, end)
        });
    let ended: Vec<Ended> = ended.collect();
    let applied = apply(ctx, txn, &ended, Locking::Wait).await?;
    Ok((ended.len() as u64).saturating_sub(applied.late))
}

/// The jobs that a worker has, and whether each was told to end.
pub(super) async fn running(
    conn: &impl ConnectionTrait,
    worker_id: i64,
) -> AppResult<Vec<(JobRun, bool)>> {
    let words = "SELECT id, name, queue, lane, app_id, attempt, max_attempts, run_no, \
                 unique_key, is_cancelled FROM job_tb \
                 WHERE state = 'running' AND worker_id = ?";
    let rows = Sql::new(conn)
        .add(words, [worker_id.into()])
        .all(conn)
        .await?;
    let run = |row: &QueryResult| -> Result<(JobRun, bool), sea_orm::DbErr> {
        let count = |name: &str| row.try_get::<i32>("", name);
        let unique_key: Option<String> = row.try_get("", "unique_key")?;
        let run = JobRun {
            id: Id::new(row.try_get("", "id")?),
            name: row.try_get("", "name")?,
            queue: row.try_get("", "queue")?,
            lane: row.try_get("", "lane")?,
            app_id: row.try_get("", "app_id")?,
            attempt: u32::try_from(count("attempt")?).unwrap_or(0),
            max_attempts: u32::try_from(count("max_attempts")?).unwrap_or(0),
            run_no: row.try_get("", "run_no")?,
            is_unique: unique_key.is_some(),
        };
        Ok((run, row.try_get("", "is_cancelled")?))
    };
    Ok(rows.iter().map(run).collect::<Result<_, _>>()?)
}
