//! What the leader does for schedules: ticks that are due become jobs.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Entry;
use super::table::{self, Model};
use crate::app::Context;
use crate::db::{Busy, transaction};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::job::NewJob;
use crate::job::leader::Term;

/// Longest time until the leader looks again: a clock may be set, a row be changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks at all schedules once; after which time to look again.
///
/// # Errors
/// The database's; `acquire_lock` when another process leads by now. What is left is done in the
/// next round.
pub(crate) async fn round(ctx: &Context, term: &Term) -> AppResult<Duration> {
    let rows = table::all(ctx.db()).await?;
    let rows: BTreeMap<&str, &Model> = rows.iter().map(|row| (row.name.as_str(), row)).collect();
    let mut wake = None;
    for (name, entry) in ctx.schedules().iter() {
        let next = one(ctx, term, name, entry, rows.get(name).copied()).await?;
        wake = [wake, next].into_iter().flatten().min();
    }
    let wait = wake.map(|wake: DateTime<Utc>| (wake - ctx.now()).to_std().unwrap_or_default());
    Ok(wait.map_or(LOOK_EVERY, |wait| wait.min(LOOK_EVERY)))
}

/// Looks at one schedule; its next tick.
async fn one(
    ctx: &Context,
    term: &Term,
    name: &'static str,
    entry: &Entry,
    row: Option<&Model>,
) -> AppResult<Option<DateTime<Utc>>> {
    let plan = &entry.plan;
    let next = match row.filter(|row| row.spec == plan.spec) {
        Some(row) => row.next_tick,
        // Not what was stored for another rule: its ticks are not missed ones of this rule.
        None => {
            let next = match row {
                Some(_) => plan.next_after(ctx.now()),
                None => plan.first(ctx.now()),
            };
            let next = next.filter(|_| plan.enabled);
            let fencing = term.fencing();
            transaction(&Busy(ctx.db().clone()), |txn| {
                Box::pin(async move {
                    if !table::plan(txn, row, name, (&plan.spec, next), fencing).await? {
                        return Err(overtaken());
                    }
                    term.confirm(txn).await
                })
            })
            .await?;
            next
        }
    };
    let now = ctx.now();
    match next {
        Some(next) if plan.enabled && next <= now => fire(ctx, term, name, entry, next, now).await,
        next => Ok(next),
    }
}

/// Makes jobs of the ticks that are due.
async fn fire(
    ctx: &Context,
    term: &Term,
    name: &'static str,
    entry: &Entry,
    found: DateTime<Utc>,
    now: DateTime<Utc>,
) -> AppResult<Option<DateTime<Utc>>> {
    let due = entry.plan.due(found, now);
    let jobs = due.ticks.iter().map(|tick| entry.job(*tick));
    let jobs = jobs.collect::<AppResult<Vec<NewJob>>>()?;
    // Within the transaction there must be no waiting for ids.
    ctx.next_id().await?;
    let last = due.ticks.last().map(|tick| tick.at);
    let (jobs, fencing) = (&jobs, term.fencing());
    transaction(&Busy(ctx.db().clone()), |txn| {
        Box::pin(async move {
            if !table::advance(txn, name, found, (last, due.next), fencing).await? {
                return Err(overtaken());
            }
            ctx.jobs().enqueue_in(txn, jobs.clone()).await?;
            term.confirm(txn).await
        })
    })
    .await?;
    Ok(due.next)
}

fn overtaken() -> AppError {
    AppError::new(ErrorCode::ACQUIRE_LOCK).with_source("another process leads by now")
}
