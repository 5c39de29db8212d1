//! One run of one job.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use futures_util::FutureExt;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, timeout};

use crate::app::Context;
use crate::error::{AppError, AppResult};
use crate::job::claim::Claimed;
use crate::job::context::{Discarded, JobContext, JobRun};
use crate::job::settle::{End, Ended};
use crate::job::{JobKind, Stop, StopReason};

/// What a run is begun with.
pub(super) struct Run {
    pub(super) ctx: Context,
    pub(super) kind: JobKind,
    pub(super) claimed: Claimed,
    pub(super) stop: Stop,
    pub(super) ends: Sender<Ended>,
}

impl Run {
    /// Runs the job to its end, and tells the pump how it ended.
    pub(super) async fn go(self) {
        if self.stop.reason() == Some(StopReason::Cancelled) {
            let end = End::Cancelled("cancelled during an earlier run".to_owned());
            let ended = Ended::of(&JobRun::from(&self.claimed), end);
            // Without a pump nobody waits for it.
            let _ = self.ends.send(ended).await;
            return;
        }
        let began = Instant::now();
        let is_settled = Arc::new(AtomicBool::new(false));
        let run = JobRun::from(&self.claimed);
        let ctx = JobContext::new(
            self.ctx.clone(),
            run,
            self.stop.clone(),
            Arc::clone(&is_settled),
        );
        let limit = self.kind.policy().time_limit;
        let work = AssertUnwindSafe(self.kind.run(&self.claimed.payload, &ctx)).catch_unwind();
        let result = match timeout(limit, work).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(AppError::internal(format!("panic: {}", text_of(&*panic)))),
            Err(_) => {
                let limit = limit.as_secs_f64();
                Err(AppError::internal(format!("took longer than {limit} s")))
            }
        };
        let (end, outcome) = match result {
            Ok(()) if is_settled.load(Ordering::SeqCst) => (End::Settled, "done"),
            Ok(()) => (End::Done, "done"),
            Err(error) => self.failed(&ctx, &error),
        };
        let stats = self.ctx.job_engine().stats();
        stats.ran(self.kind.name(), outcome, began.elapsed());
        let _ = self.ends.send(Ended::of(ctx.run(), end)).await;
    }

    fn failed(&self, ctx: &JobContext, error: &AppError) -> (End, &'static str) {
        let detail = error.detail();
        let (job, name) = (ctx.job_id(), self.kind.name());
        match self.stop.reason() {
            Some(StopReason::Cancelled) => return (End::Cancelled(detail), "cancelled"),
            Some(StopReason::Draining) => return (End::GivenBack, "interrupted"),
            Some(StopReason::Lost) | None => {}
        }
        let (attempt, max) = (ctx.attempt(), ctx.max_attempts());
        if is_discarded(error) || ctx.is_last_attempt() {
            tracing::error!(%job, name, attempt, max, error = detail, "job is a dead letter");
            return (End::Dead(detail), "dead");
        }
        tracing::warn!(%job, name, attempt, max, error = detail, "job failed");
        match self.next_attempt(ctx, error) {
            Ok(end) => (end, "failed"),
            Err(_) => (End::Again(self.ctx.now(), detail), "failed"),
        }
    }

    fn next_attempt(&self, ctx: &JobContext, error: &AppError) -> AppResult<End> {
        let pause = self.kind.policy().backoff.pause(ctx.attempt())?;
        let pause = pause.max(error.retry_after().unwrap_or_default());
        let pause = TimeDelta::from_std(pause).map_err(AppError::internal)?;
        let now = self.ctx.now();
        let at = now.checked_add_signed(pause).unwrap_or(now);
        Ok(End::Again(at, error.detail()))
    }
}

fn is_discarded(error: &AppError) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.is::<Discarded>())
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("of an unknown kind")
}
