//! Adding jobs: many rows in few statements, in a transaction of the caller's or alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Value};
use tokio::time::timeout;

use super::entity::JobState;
use super::lane;
use super::new_job::{NewJob, Start};
use super::sql::Sql;
use crate::app::Context;
use crate::db::{Busy, transaction};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

/// Rows of one statement.
const ROWS_MAX: usize = 64;
/// How long a transaction on SQLite waits for ids, whose lease may need the lock that it holds.
const IDS_WAIT: Duration = Duration::from_millis(200);

/// A row to be written.
struct Row {
    id: i64,
    job: NewJob,
    state: JobState,
    lane_seq: Option<i64>,
    run_at: DateTime<Utc>,
    wake_at: Option<DateTime<Utc>>,
    /// Whether this row, not an earlier one with its key, is the job.
    is_new: bool,
}

/// Adds jobs with whatever else the caller commits; their ids, in the same order.
pub(super) async fn enqueue_in(
    ctx: &Context,
    conn: &impl ConnectionTrait,
    jobs: Vec<NewJob>,
) -> AppResult<Vec<Id>> {
    let now = ctx.now();
    let mut rows = prepare(ctx, conn, jobs, now).await?;
    let lanes = take_places(conn, &mut rows, now).await?;
    insert(ctx, conn, &rows, now).await?;
    let ids = find_earlier(conn, &mut rows).await?;
    for (lane, of_lane) in &lanes {
        appoint(conn, lane, of_lane, &rows, now).await?;
    }
    Ok(ids)
}

/// Adds jobs alone.
pub(super) async fn enqueue(ctx: &Context, jobs: Vec<NewJob>) -> AppResult<Vec<Id>> {
    // Within a transaction there must be no waiting for ids.
    ctx.next_id().await?;
    let is_plain = |job: &NewJob| job.lane.is_none() && job.unique.is_none();
    let ids = if jobs.len() <= ROWS_MAX && jobs.iter().all(is_plain) {
        enqueue_in(ctx, ctx.db(), jobs).await?
    } else {
        let jobs = &jobs;
        transaction(&Busy(ctx.db().clone()), |txn| {
            Box::pin(async move { enqueue_in(ctx, txn, jobs.clone()).await })
        })
        .await?
    };
    ctx.job_engine().wake();
    Ok(ids)
}

async fn prepare(
    ctx: &Context,
    conn: &impl ConnectionTrait,
    jobs: Vec<NewJob>,
    now: DateTime<Utc>,
) -> AppResult<Vec<Row>> {
    let limit = usize::try_from(ctx.config().job.payload_limit_kb).unwrap_or(usize::MAX) * 1024;
    let mut rows = Vec::with_capacity(jobs.len());
    for job in jobs {
        job.check(limit)?;
        let run_at = match job.start {
            Start::Now => now,
            Start::At(at) => at,
            Start::After(delay) => TimeDelta::from_std(delay)
                .ok()
                .and_then(|delay| now.checked_add_signed(delay))
                .ok_or_else(|| AppError::param("a delay of a job is too long"))?,
        };
        let (state, wake_at) = lane::opening(run_at, now);
        rows.push(Row {
            id: new_id(ctx, conn).await?.get(),
            job,
            state,
            lane_seq: None,
            run_at,
            wake_at,
            is_new: true,
        });
    }
    Ok(rows)
}

async fn new_id(ctx: &Context, conn: &impl ConnectionTrait) -> AppResult<Id> {
    if let Some(id) = ctx.try_next_id() {
        return Ok(id);
    }
    if conn.get_database_backend() != DbBackend::Sqlite {
        return ctx.next_id().await;
    }
    timeout(IDS_WAIT, ctx.next_id()).await.unwrap_or_else(|_| {
        let reason = "no id without the lock that this transaction holds";
        Err(AppError::new(ErrorCode::BUSY).with_source(reason))
    })
}

/// The rows of each lane that has no head yet.
type Headless = BTreeMap<String, Vec<usize>>;

/// Gives the rows of lanes their places; of a free lane, the first may start.
async fn take_places(
    conn: &impl ConnectionTrait,
    rows: &mut [Row],
    now: DateTime<Utc>,
) -> Result<Headless, DbErr> {
    let mut lanes = Headless::new();
    for (index, row) in rows.iter().enumerate() {
        if let Some(lane) = &row.job.lane {
            lanes.entry(lane.clone()).or_default().push(index);
        }
    }
    // In the order of their names, as everybody does.
    let mut headless = Headless::new();
    for (lane, of_lane) in lanes {
        let count = i64::try_from(of_lane.len()).unwrap_or(i64::MAX);
        let reserved = lane::reserve(conn, &lane, count, now).await?;
        for (seq, index) in (reserved.first_seq..).zip(&of_lane) {
            let row = &mut rows[*index];
            row.lane_seq = Some(seq);
            if seq > reserved.first_seq || !reserved.is_free {
                row.state = JobState::Parked;
                row.wake_at = None;
            }
        }
        if reserved.is_free {
            headless.insert(lane, of_lane);
        }
    }
    Ok(headless)
}

async fn insert(
    ctx: &Context,
    conn: &impl ConnectionTrait,
    rows: &[Row],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let attempts = ctx.config().job.attempts;
    for rows in rows.chunks(ROWS_MAX) {
        let mut sql = Sql::new(conn).words(
            "INSERT INTO job_tb (id, name, queue, lane, lane_seq, app_id, payload, \
             minus_priority, state, attempt, max_attempts, run_at, wake_at, unique_key, run_no, \
             is_cancelled, created_at) VALUES ",
        );
        for (index, row) in rows.iter().enumerate() {
            let job = &row.job;
            let attempts = if job.attempts == 0 {
                attempts
            } else {
                job.attempts
            };
            let values: [Value; 14] = [
                row.id.into(),
                job.name.into(),
                job.queue.clone().into(),
                job.lane.clone().into(),
                row.lane_seq.into(),
                job.app_id.clone().into(),
                job.payload.clone().into(),
                job.priority.saturating_neg().into(),
                row.state.into(),
                i32::try_from(attempts).unwrap_or(i32::MAX).into(),
                row.run_at.into(),
                row.wake_at.into(),
                job.unique.clone().into(),
                now.into(),
            ];
            let comma = if index > 0 { ", " } else { "" };
            let words = "(?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0, FALSE, ?)";
            sql = sql.words(comma).add(words, values);
        }
        if rows.iter().any(|row| row.job.unique.is_some()) {
            sql = match conn.get_database_backend() {
                // Not IGNORE, which lets other mistakes pass too.
                DbBackend::MySql => sql.words(" ON DUPLICATE KEY UPDATE id = job_tb.id"),
                _ => sql.words(" ON CONFLICT (unique_key, name) DO NOTHING"),
            };
        }
        sql.execute(conn).await?;
    }
    Ok(())
}

/// The id of each job: that of an earlier one where its key was taken.
async fn find_earlier(conn: &impl ConnectionTrait, rows: &mut [Row]) -> AppResult<Vec<Id>> {
    let keys: BTreeSet<&String> = rows
        .iter()
        .filter_map(|row| row.job.unique.as_ref())
        .collect();
    let keys: Vec<String> = keys.into_iter().cloned().collect();
    let mut known: BTreeMap<(String, String), i64> = BTreeMap::new();
    for keys in keys.chunks(256) {
        let sql = Sql::new(conn)
            .words("SELECT id, unique_key, name FROM job_tb WHERE unique_key")
            .within(keys);
        // The snapshot of a transaction may be older than the row that was in the way.
        let sql = sql.on(DbBackend::MySql, " LOCK IN SHARE MODE");
        for row in sql.all(conn).await? {
            let key = (row.try_get("", "name")?, row.try_get("", "unique_key")?);
            known.insert(key, row.try_get("", "id")?);
        }
    }
    let mut ids = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(key) = &row.job.unique {
            let id = known.get(&(row.job.name.to_owned(), key.clone()));
            let gone = || {
                let reason = "the job with this key was removed at the same moment";
                AppError::new(ErrorCode::BUSY).with_source(reason)
            };
            let id = *id.ok_or_else(gone)?;
            row.is_new = id == row.id;
            ids.push(Id::new(id));
        } else {
            ids.push(Id::new(row.id));
        }
    }
    Ok(ids)
}

/// Makes the first of the new rows the head of a free lane.
async fn appoint(
    conn: &impl ConnectionTrait,
    lane: &str,
    of_lane: &[usize],
    rows: &[Row],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let head = of_lane
        .iter()
        .map(|index| &rows[*index])
        .find(|row| row.is_new);
    let Some(head) = head else {
        return Ok(());
    };
    if head.state == JobState::Parked {
        lane::open(conn, head.id, head.run_at, now).await?;
    }
    lane::set_head(conn, lane, Some(head.id), now).await
}
