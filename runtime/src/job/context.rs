//! What a job has at hand while it runs.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::ConnectionTrait;

use super::claim::Claimed;
use super::settle::{End, Ended, Locking, apply};
use super::{Stop, StopReason};
use crate::app::Context;
use crate::error::{AppError, AppResult};
use crate::types::Id;

/// One run of a job.
#[derive(Clone, Debug)]
pub struct JobRun {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) queue: String,
    pub(super) lane: Option<String>,
    pub(super) app_id: String,
    pub(super) attempt: u32,
    pub(super) max_attempts: u32,
    pub(super) run_no: i64,
    pub(super) is_unique: bool,
}

impl From<&Claimed> for JobRun {
    fn from(claimed: &Claimed) -> Self {
        Self {
            id: Id::new(claimed.id),
            name: claimed.name.clone(),
            queue: claimed.queue.clone(),
            lane: claimed.lane.clone(),
            app_id: claimed.app_id.clone(),
            attempt: claimed.attempt,
            max_attempts: claimed.max_attempts,
            run_no: claimed.run_no,
            is_unique: claimed.is_unique,
        }
    }
}

/// What a job has at hand: everything of the app's [`Context`], and its own run.
pub struct JobContext {
    ctx: Context,
    run: JobRun,
    stop: Stop,
    is_settled: Arc<AtomicBool>,
}

impl JobContext {
    pub(super) fn new(ctx: Context, run: JobRun, stop: Stop, is_settled: Arc<AtomicBool>) -> Self {
        Self {
            ctx,
            run,
            stop,
            is_settled,
        }
    }

    /// The error that makes a job a dead letter at once, because no further attempt can help.
    #[must_use]
    pub fn discard(reason: impl Into<String>) -> AppError {
        AppError::internal(Discarded(reason.into()))
    }

    /// The app.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.ctx
    }

    /// The job.
    #[must_use]
    pub fn job_id(&self) -> Id {
        self.run.id
    }

    /// Its name.
    #[must_use]
    pub fn job_name(&self) -> &str {
        &self.run.name
    }

    /// The queue that it waited in.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.run.queue
    }

    /// The lane that it keeps its place in.
    #[must_use]
    pub fn lane(&self) -> Option<&str> {
        self.run.lane.as_deref()
    }

    /// The tenant; empty when it was given none.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.run.app_id
    }

    /// Which attempt this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.run.attempt
    }

    /// How many attempts there are at most.
    #[must_use]
    pub fn max_attempts(&self) -> u32 {
        self.run.max_attempts
    }

    /// Whether an error would make it a dead letter.
    #[must_use]
    pub fn is_last_attempt(&self) -> bool {
        self.run.attempt >= self.run.max_attempts
    }

    /// Counts the runs of this job: a later run has a greater number. For others to refuse what an
    /// earlier run, believed dead, still writes.
    #[must_use]
    pub fn run_no(&self) -> i64 {
        self.run.run_no
    }

    /// Tells whether the job should end.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Finishes the job in a transaction of its own making: its effect and its end are committed
    /// together, so that it has its effect exactly once, however often it was started. Call it
    /// last.
    ///
    /// The transaction must be in the database of the group `default`. A run that succeeds without
    /// committing it counts as failed.
    ///
    /// # Errors
    /// `conflict` when this run is no longer the job's: take the transaction back. The database's.
    pub async fn settle_in(&self, conn: &impl ConnectionTrait) -> AppResult<()> {
        self.is_settled.store(true, Ordering::SeqCst);
        let ended = Ended::of(&self.run, End::Done);
        let applied = apply(&self.ctx, conn, &[ended], Locking::Wait).await?;
        if applied.late > 0 {
            let reason = "this run was taken from its worker";
            return Err(AppError::conflict(reason));
        }
        if applied.opened > 0 {
            self.ctx.job_engine().wake_soon();
        }
        Ok(())
    }

    /// Whether the job was told to end because somebody cancelled it.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.stop.reason() == Some(StopReason::Cancelled)
    }

    pub(super) fn run(&self) -> &JobRun {
        &self.run
    }
}

impl Deref for JobContext {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.ctx
    }
}

impl fmt::Debug for JobContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobContext")
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

/// No further attempt can help.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Discarded(pub(super) String);
