//! What operators and the worker's housekeeping do to jobs.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::EntityTrait;

use super::StopReason;
use super::entity::{Entity, JobState, Model};
use super::lane;
use super::settle::Locking;
use super::sql::Sql;
use crate::app::Context;
use crate::db::{Busy, Transaction, transaction};
use crate::error::{AppError, AppResult};
use crate::types::Id;

/// Rows of one statement.
const BATCH: i64 = 500;
/// How long an empty lane keeps its row.
const LANE_KEPT: TimeDelta = TimeDelta::hours(1);
/// Changes of state that may come between looking and doing.
const ROUNDS: u32 = 16;

async fn find(ctx: &Context, id: Id) -> AppResult<Model> {
    let row = Entity::find_by_id(id).one(ctx.db()).await?;
    row.ok_or_else(AppError::not_found)
}

fn is_over() -> AppError {
    AppError::conflict(("The job is over", "任务已结束"))
}

fn overtaken() -> AppError {
    AppError::conflict(("The job is changing at this moment", "任务状态正在变化"))
}

pub(super) async fn cancel(ctx: &Context, id: Id) -> AppResult<()> {
    for _ in 0..ROUNDS {
        let row = find(ctx, id).await?;
        let is_done = match row.state {
            JobState::Done | JobState::Dead | JobState::Cancelled => return Err(is_over()),
            JobState::Running => {
                let words = "UPDATE job_tb SET is_cancelled = TRUE \
                             WHERE id = ? AND run_no = ? AND state = 'running'";
                let sql = Sql::new(ctx.db()).add(words, [id.get().into(), row.run_no.into()]);
                let is_told = sql.execute(ctx.db()).await? > 0;
                if is_told {
                    let engine = ctx.job_engine();
                    engine.stop(id, row.run_no, StopReason::Cancelled);
                }
                is_told
            }
            JobState::Ready | JobState::Scheduled | JobState::Parked => {
                cancel_waiting(ctx, &row).await?
            }
        };
        if is_done {
            return Ok(());
        }
    }
    Err(overtaken())
}

async fn cancel_waiting(ctx: &Context, row: &Model) -> AppResult<bool> {
    let now = ctx.now();
    let seconds = i64::try_from(ctx.config().job.retention_s).unwrap_or(i64::MAX);
    let kept = TimeDelta::try_seconds(seconds).and_then(|kept| now.checked_add_signed(kept));
    let conn = Busy(ctx.db().clone());
    let is_done = transaction(&conn, |txn| {
        Box::pin(async move {
            lock_lane(txn, row).await?;
            let words = "UPDATE job_tb SET state = 'cancelled', lane_seq = NULL, wake_at = ?, \
                         finished_at = ? WHERE id = ? AND run_no = ? AND state = ?";
            let values = [
                kept.into(),
                now.into(),
                row.id.get().into(),
                row.run_no.into(),
                row.state.into(),
            ];
            let is_done = Sql::new(txn).add(words, values).execute(txn).await? > 0;
            if let Some(lane) = row.lane.as_deref().filter(|_| is_done)
                && lane::head(txn, lane).await? == Some(row.id.get())
            {
                lane::hand_over(txn, lane, now).await?;
            }
            Ok(is_done)
        })
    });
    let is_done = is_done.await?;
    ctx.job_engine().wake();
    Ok(is_done)
}

async fn lock_lane(txn: &Transaction<'_>, row: &Model) -> AppResult<()> {
    let lane: BTreeSet<&str> = row.lane.as_deref().into_iter().collect();
    lane::lock(txn, &lane, Locking::Wait).await?;
    Ok(())
}

pub(super) async fn retry(ctx: &Context, id: Id) -> AppResult<()> {
    for _ in 0..ROUNDS {
        let row = find(ctx, id).await?;
        let is_done = match row.state {
            JobState::Dead | JobState::Cancelled => drive_again(ctx, &row).await?,
            JobState::Scheduled => {
                let words = "UPDATE job_tb SET state = 'ready', wake_at = NULL, run_at = ? \
                             WHERE id = ? AND run_no = ? AND state = 'scheduled'";
                let values = [ctx.now().into(), id.get().into(), row.run_no.into()];
                let sql = Sql::new(ctx.db()).add(words, values);
                sql.execute(ctx.db()).await? > 0
            }
            JobState::Done => return Err(is_over()),
            JobState::Ready | JobState::Parked | JobState::Running => {
                return Err(AppError::conflict((
                    "The job is about to run, or running",
                    "任务即将运行或正在运行",
                )));
            }
        };
        if is_done {
            ctx.job_engine().wake();
            return Ok(());
        }
    }
    Err(overtaken())
}

async fn drive_again(ctx: &Context, row: &Model) -> AppResult<bool> {
    let now = ctx.now();
    transaction(&Busy(ctx.db().clone()), |txn| {
        Box::pin(async move {
            let place = match &row.lane {
                Some(lane) => Some(lane::reserve(txn, lane, 1, now).await?),
                None => None,
            };
            let state = match place {
                Some(place) if !place.is_free => JobState::Parked,
                _ => JobState::Ready,
            };
            let words = "UPDATE job_tb SET state = ?, lane_seq = ?, attempt = 0, run_at = ?, \
                         wake_at = NULL, finished_at = NULL, is_cancelled = FALSE \
                         WHERE id = ? AND run_no = ? AND state = ?";
            let values = [
                state.into(),
                place.map(|place| place.first_seq).into(),
                now.into(),
                row.id.get().into(),
                row.run_no.into(),
                row.state.into(),
            ];
            let is_done = Sql::new(txn).add(words, values).execute(txn).await? > 0;
            if let Some(lane) = &row.lane
                && is_done
                && state == JobState::Ready
            {
                lane::set_head(txn, lane, Some(row.id.get()), now).await?;
            }
            Ok(is_done)
        })
    })
    .await
}

pub(super) async fn discard(ctx: &Context, id: Id) -> AppResult<()> {
    let words = "DELETE FROM job_tb WHERE id = ? AND state IN ('dead', 'cancelled', 'done')";
    let sql = Sql::new(ctx.db()).add(words, [id.get().into()]);
    if sql.execute(ctx.db()).await? > 0 {
        return Ok(());
    }
    find(ctx, id).await?;
    Err(AppError::conflict((
        "The job is not over: cancel it first",
        "任务尚未结束，请先取消",
    )))
}

/// Makes jobs ready whose time has come; how many.
pub(super) async fn promote(ctx: &Context, now: DateTime<Utc>) -> AppResult<u64> {
    let due = "SELECT id FROM job_tb WHERE wake_at <= ? AND state = 'scheduled' \
               ORDER BY wake_at LIMIT ?";
    // Mostly there is nothing to do, for which no transaction is needed.
    let sql = Sql::new(ctx.db()).add(due, [now.into(), 1_i64.into()]);
    if sql.one(ctx.db()).await?.is_none() {
        return Ok(0);
    }
    let conn = Busy(ctx.db().clone());
    let promoted = transaction(&conn, |txn| {
        Box::pin(async move {
            let sql = Sql::new(txn).add(due, [now.into(), BATCH.into()]);
            let rows = sql.for_update(true).all(txn).await?;
            let ids = rows.iter().map(|row| row.try_get("", "id"));
            let ids: Vec<i64> = ids.collect::<Result<_, _>>()?;
            if ids.is_empty() {
                return Ok(0);
            }
            let sql = Sql::new(txn)
                .words("UPDATE job_tb SET state = 'ready', wake_at = NULL WHERE id")
                .within(&ids)
                .words(" AND state = 'scheduled'");
            Ok(sql.execute(txn).await?)
        })
    });
    promoted.await
}

pub(super) async fn clean(ctx: &Context, now: DateTime<Utc>) -> AppResult<u64> {
    let over = "SELECT id FROM job_tb WHERE wake_at <= ? \
                AND state IN ('done', 'dead', 'cancelled') ORDER BY wake_at LIMIT ?";
    let mut removed = 0;
    loop {
        let sql = Sql::new(ctx.db()).add(over, [now.into(), BATCH.into()]);
        let rows = sql.all(ctx.db()).await?;
        let ids = rows.iter().map(|row| row.try_get("", "id"));
        let ids: Vec<i64> = ids.collect::<Result<_, _>>()?;
        if ids.is_empty() {
            break;
        }
        // Whoever was driven again meanwhile is not over.
        let words = " AND wake_at <= ? AND state IN ('done', 'dead', 'cancelled')";
        let sql = Sql::new(ctx.db())
            .words("DELETE FROM job_tb WHERE id")
            .within(&ids);
        removed += sql.add(words, [now.into()]).execute(ctx.db()).await?;
    }
    let words = "DELETE FROM job_lane_tb WHERE head_id IS NULL AND changed_at < ?";
    let sql = Sql::new(ctx.db()).add(words, [(now - LANE_KEPT).into()]);
    removed += sql.execute(ctx.db()).await?;
    mend(ctx, now).await?;
    Ok(removed)
}

/// The turn of the next in lanes whose head is no longer there: somebody removed its row by hand.
async fn mend(ctx: &Context, now: DateTime<Utc>) -> AppResult<()> {
    let headless = "SELECT name FROM job_lane_tb WHERE head_id IS NOT NULL AND NOT EXISTS \
                    (SELECT 1 FROM job_tb WHERE job_tb.id = job_lane_tb.head_id \
                    AND state IN ('ready', 'scheduled', 'running'))";
    let limited = format!("{headless} LIMIT 100");
    let rows = Sql::new(ctx.db()).words(&limited).all(ctx.db()).await?;
    for row in rows {
        let lane: String = row.try_get("", "name")?;
        let (lane, again) = (lane.as_str(), format!("{headless} AND name = ?"));
        let again = again.as_str();
        let conn = Busy(ctx.db().clone());
        let is_mended = transaction(&conn, |txn| {
            Box::pin(async move {
                lane::lock(txn, &BTreeSet::from([lane]), Locking::Wait).await?;
                // It may have been handed over while it was looked at.
                let sql = Sql::new(txn).add(again, [lane.into()]);
                let is_headless = sql.one(txn).await?.is_some();
                if is_headless {
                    lane::hand_over(txn, lane, now).await?;
                }
                Ok(is_headless)
            })
        });
        if is_mended.await? {
            tracing::warn!(lane, "the job at the head of a lane was gone");
            ctx.job_engine().wake();
        }
    }
    Ok(())
}
