//! The job that a tick becomes: of the schedule's own name, with the tick as its payload.

use std::any::TypeId;

use super::{Entry, ScheduledJob, Tick, table};
use crate::app::Context;
use crate::error::{AppError, AppResult};
use crate::job::{JobContext, JobKind, NewJob, Policy};
use crate::types::Id;

/// The queue of ticks.
const QUEUE: &str = "default";

/// What a tick of a schedule is as a job.
pub(super) fn kind<S: ScheduledJob>() -> JobKind {
    let schedule = S::schedule();
    let policy = Policy {
        attempts: schedule.attempts,
        time_limit: schedule.time_limit,
        ..Policy::default()
    };
    JobKind::new(S::NAME, QUEUE, policy, TypeId::of::<S>(), |payload, ctx| {
        Box::pin(run(S::NAME, payload, ctx))
    })
}

async fn run(name: &'static str, payload: &str, ctx: &JobContext) -> AppResult<()> {
    let tick: Tick = serde_json::from_str(payload).map_err(AppError::internal)?;
    let Some(entry) = ctx.schedules().get(name) else {
        return Err(AppError::internal("the app has no such schedule"));
    };
    let noted = table::begins(ctx.db(), name, ctx.now()).await;
    warn_of(noted);
    let ended = entry.job.run(ctx, tick).await;
    let error = ended.as_ref().err().map(AppError::detail);
    warn_of(table::ends(ctx.db(), name, ctx.now(), error).await);
    ended
}

/// The work does not depend on what is noted of it.
fn warn_of(noted: AppResult<()>) {
    if let Err(error) = noted {
        tracing::warn!(error = %error.detail(), "the run of a schedule was not noted");
    }
}

impl Entry {
    /// The job of a tick: once, after those before it.
    pub(super) fn job(&self, tick: Tick) -> AppResult<NewJob> {
        let payload = serde_json::to_string(&tick).map_err(AppError::internal)?;
        let name = self.kind.name();
        let job = NewJob::of_kind(&self.kind, payload)
            .attempts(self.plan.attempts)
            .lane(format!("schedule/{name}"));
        Ok(if tick.by_hand {
            job
        } else {
            job.unique(tick.at.timestamp_millis().to_string())
        })
    }
}

/// Has a schedule run now, besides its ticks; the id of the job.
///
/// # Errors
/// `not_found` when the app has no such schedule; as [`crate::job::Jobs::enqueue`].
pub(crate) async fn run_now(ctx: &Context, name: &str) -> AppResult<Id> {
    let entry = ctx.schedules().get(name);
    let entry = entry.ok_or_else(AppError::not_found)?;
    let tick = Tick {
        at: ctx.now(),
        missed: 0,
        by_hand: true,
    };
    ctx.jobs().enqueue(entry.job(tick)?).await
}
