//! What a worker does for all of them: makes due jobs ready, takes jobs from the dead, clears away.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::desk;
use crate::app::Context;
use crate::error::AppResult;
use crate::job::sql::Sql;
use crate::job::{operate, rescue};
use crate::random;

/// Time between two clearings.
const CLEAN_PAUSE: Duration = Duration::from_secs(60);
/// Time between two looks for jobs of unknown types.
const LOOK_PAUSE: Duration = Duration::from_secs(10);
/// How far from the front of a queue they are looked for.
const LOOK_MAX: i64 = 100;

/// Does it, for ever.
pub(super) async fn keep(ctx: Context, queues: BTreeMap<String, u32>) {
    let mut unknown = BTreeSet::new();
    let start = Instant::now();
    let (mut rescue_at, mut clean_at, mut look_at) = (start, start, start);
    loop {
        promote(&ctx).await;
        let now = Instant::now();
        if now >= rescue_at {
            rescue_at = now + desk::pause(&ctx);
            report("rescuing jobs", rescue::rescue(&ctx).await);
        }
        if now >= clean_at {
            // Processes that were started together take turns.
            let chance = random::below(CLEAN_PAUSE.as_secs()).unwrap_or(0);
            clean_at = now + CLEAN_PAUSE + Duration::from_secs(chance);
            report("clearing jobs", operate::clean(&ctx, ctx.now()).await);
        }
        if now >= look_at {
            look_at = now + LOOK_PAUSE;
            let looked = look_for_unknown(&ctx, &queues, &mut unknown).await;
            report("looking for jobs of unknown types", looked);
        }
        sleep(ctx.config().job.poll()).await;
    }
}

/// Makes due jobs ready, and wakes the workers of this process.
pub(super) async fn promote(ctx: &Context) {
    let promoted = operate::promote(ctx, ctx.now()).await;
    if promoted.as_ref().is_ok_and(|count| *count > 0) {
        ctx.job_engine().wake();
    }
    report("making jobs ready", promoted);
}

fn report<T>(what: &str, result: AppResult<T>) {
    if let Err(error) = result {
        // It is tried again.
        tracing::warn!(error = %error.detail(), "{what} failed");
    }
}

/// Another version of the app may know them: they are left, and named once.
async fn look_for_unknown(
    ctx: &Context,
    queues: &BTreeMap<String, u32>,
    unknown: &mut BTreeSet<String>,
) -> AppResult<()> {
    for queue in queues.keys() {
        let words = "SELECT name FROM job_tb WHERE state = 'ready' AND queue = ? \
                     ORDER BY minus_priority, id LIMIT ?";
        let values = [queue.as_str().into(), LOOK_MAX.into()];
        let rows = Sql::new(ctx.db()).add(words, values).all(ctx.db()).await?;
        for row in rows {
            let name: String = row.try_get("", "name")?;
            let is_known = ctx.job_engine().kinds().contains_key(name.as_str());
            if !is_known && unknown.insert(name.clone()) {
                tracing::warn!(
                    queue,
                    name,
                    "jobs of a type that this app does not have wait"
                );
            }
        }
    }
    Ok(())
}
