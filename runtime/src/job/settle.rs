//! The ends of runs: many in one transaction, each on the condition that the run is still the
//! job's.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr, Value};

use super::context::JobRun;
use super::lane;
use super::sql::Sql;
use crate::app::Context;
use crate::error::AppResult;

/// Longest text of an error that is kept, in characters.
const ERROR_MAX_CHARS: usize = 2000;
/// Ids of one statement.
const IDS_MAX: usize = 256;
/// What all writes of a run ask for.
const STILL: &str = " WHERE id = ? AND run_no = ? AND state = 'running'";

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It succeeded.
    Done,
    /// It says that it finished in its own transaction.
    Settled,
    /// It failed, and is to be tried again at a time.
    Again(DateTime<Utc>, String),
    /// It did not get to its end, for no fault of its own: as if it had not been started.
    GivenBack,
    /// It failed for the last time.
    Dead(String),
    /// It was told to end.
    Cancelled(String),
}

/// A run that ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) id: i64,
    pub(super) run_no: i64,
    lane: Option<String>,
    is_unique: bool,
    pub(super) end: End,
}

/// What is done about lanes that somebody else has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locking {
    /// Wait for them.
    Wait,
    /// Leave their jobs for later: an open transaction must not hold up other lanes.
    Skip,
}

/// What became of ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Applied {
    /// Those left for later, by their indices.
    pub(super) postponed: BTreeSet<usize>,
    /// How many runs were no longer their jobs'.
    pub(super) late: u64,
    /// How many jobs may start because of it.
    pub(super) opened: usize,
    /// Runs, by their indices, that said that they had finished and had not.
    pub(super) unsettled: Vec<usize>,
}

impl Ended {
    pub(super) fn of(run: &JobRun, end: End) -> Self {
        Self {
            id: run.id.get(),
            run_no: run.run_no,
            lane: run.lane.clone(),
            is_unique: run.is_unique,
            end,
        }
    }

    /// Whether the job is over, so that the next of its lane has its turn.
    fn is_final(&self) -> bool {
        matches!(self.end, End::Done | End::Dead(_) | End::Cancelled(_))
    }

    fn lane_to_hand_over(&self) -> Option<&str> {
        self.lane.as_deref().filter(|_| self.is_final())
    }
}

/// Writes ends down. Lanes first, then jobs: everybody takes locks in this order.
pub(super) async fn apply(
    ctx: &Context,
    conn: &impl ConnectionTrait,
    all: &[Ended],
    locking: Locking,
) -> AppResult<Applied> {
    let now = ctx.now();
    let mut applied = Applied::default();
    let wanted: BTreeSet<&str> = all.iter().filter_map(Ended::lane_to_hand_over).collect();
    let had = lane::lock(conn, &wanted, locking).await?;
    let mut removed: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut settled = Vec::new();
    for (index, ended) in all.iter().enumerate() {
        let lane = ended.lane_to_hand_over();
        if lane.is_some_and(|lane| !had.contains(lane)) {
            applied.postponed.insert(index);
            continue;
        }
        match (&ended.end, lane) {
            (End::Done, None) if !ended.is_unique => {
                removed.entry(ended.run_no).or_default().push(ended.id);
            }
            (End::Settled, _) => settled.push(index),
            _ => {
                let count = write(ctx, conn, ended, now).await?;
                applied.late += 1 - count.min(1);
                if let Some(lane) = lane.filter(|_| count > 0)
                    && lane::hand_over(conn, lane, now).await?
                {
                    applied.opened += 1;
                }
            }
        }
    }
    for (run_no, ids) in removed {
        for ids in ids.chunks(IDS_MAX) {
            let sql = Sql::new(conn)
                .words("DELETE FROM job_tb WHERE id")
                .within(ids);
            let words = " AND run_no = ? AND state = 'running'";
            let count = sql.add(words, [run_no.into()]).execute(conn).await?;
            applied.late += (ids.len() as u64).saturating_sub(count);
        }
    }
    applied.unsettled = unsettled(conn, all, settled).await?;
    Ok(applied)
}

/// Writes one end; how many rows it was about.
async fn write(
    ctx: &Context,
    conn: &impl ConnectionTrait,
    ended: &Ended,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let config = &ctx.config().job;
    let kept_until = |seconds: u64| {
        let kept = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds);
        kept.and_then(|kept| now.checked_add_signed(kept))
    };
    let over = |state: &str, wake_at: Option<DateTime<Utc>>, error: Option<&str>| {
        let sql = Sql::new(conn)
            .words("UPDATE job_tb SET state = '")
            .words(state);
        let error = error.map(shortened);
        let values = [wake_at.into(), now.into()];
        let sql = sql.add("', lane_seq = NULL, wake_at = ?, finished_at = ?", values);
        match error {
            Some(error) => sql.add(", last_error = ?", [error.into()]),
            None => sql,
        }
    };
    let sql = match &ended.end {
        End::Done | End::Settled if ended.is_unique => {
            over("done", kept_until(config.retention_s), None)
        }
        End::Done | End::Settled => Sql::new(conn).words("DELETE FROM job_tb"),
        End::Dead(error) => {
            let kept = Some(config.dead_retention_s).filter(|seconds| *seconds > 0);
            over("dead", kept.and_then(kept_until), Some(error))
        }
        End::Cancelled(error) => over("cancelled", kept_until(config.retention_s), Some(error)),
        End::Again(at, error) => {
            let (state, wake_at) = lane::opening(*at, now);
            let words = "UPDATE job_tb SET state = ?, wake_at = ?, run_at = ?, last_error = ?";
            let values = [
                state.into(),
                wake_at.into(),
                (*at).into(),
                shortened(error).into(),
            ];
            Sql::new(conn).add(words, values)
        }
        End::GivenBack => {
            Sql::new(conn).words("UPDATE job_tb SET state = 'ready', attempt = attempt - 1")
        }
    };
    let values: [Value; 2] = [ended.id.into(), ended.run_no.into()];
    sql.add(STILL, values).execute(conn).await
}

/// Those whose job still runs.
async fn unsettled(
    conn: &impl ConnectionTrait,
    all: &[Ended],
    settled: Vec<usize>,
) -> Result<Vec<usize>, DbErr> {
    let mut still = BTreeSet::new();
    for some in settled.chunks(IDS_MAX) {
        let ids: Vec<i64> = some.iter().map(|index| all[*index].id).collect();
        let sql = Sql::new(conn)
            .words("SELECT id, run_no FROM job_tb WHERE state = 'running' AND id")
            .within(&ids);
        for row in sql.all(conn).await? {
            let run: (i64, i64) = (row.try_get("", "id")?, row.try_get("", "run_no")?);
            still.insert(run);
        }
    }
    let is_still = |index: &usize| still.contains(&(all[*index].id, all[*index].run_no));
    Ok(settled.into_iter().filter(is_still).collect())
}

/// An error as it is kept.
pub(super) fn shortened(error: &str) -> String {
    // PostgreSQL stores no NUL.
    let kept = error.chars().filter(|c| *c != '\0');
    kept.take(ERROR_MAX_CHARS).collect()
}
