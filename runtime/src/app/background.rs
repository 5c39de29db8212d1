//! What runs beside requests and jobs for as long as the process lives.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Context;
use crate::error::AppResult;
use crate::job::Stop;

/// Pause before a loop that ended by itself begins again.
const PAUSE: Duration = Duration::from_secs(1);

/// A loop in the background of a worker.
#[async_trait]
pub(crate) trait Background: Send + Sync + 'static {
    /// The name in the log.
    fn name(&self) -> &'static str;

    /// Works until told to stop. One that fails begins again after a moment.
    ///
    /// # Errors
    /// For the log.
    async fn run(&self, ctx: &Context, stop: &Stop) -> AppResult<()>;
}

/// The loops of a worker that runs schedules, besides running jobs.
fn loops() -> Vec<Arc<dyn Background>> {
    vec![
        Arc::new(crate::job::Leading),
        Arc::new(crate::stat::Counting),
    ]
}

/// Runs all loops until told to stop; returns when they have ended.
pub(super) async fn run(ctx: &Context, stop: &Stop) {
    let mut running = JoinSet::new();
    for one in loops() {
        running.spawn(again_and_again(one, ctx.clone(), stop.clone()));
    }
    while running.join_next().await.is_some() {}
}

async fn again_and_again(one: Arc<dyn Background>, ctx: Context, stop: Stop) {
    while !stop.is_requested() {
        // A task of its own, so that a panic ends this turn only.
        let (turn, its) = (Arc::clone(&one), (ctx.clone(), stop.clone()));
        let ended = tokio::spawn(async move { turn.run(&its.0, &its.1).await });
        match ended.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(name = one.name(), error = %error.detail(), "a loop failed");
            }
            Err(error) => tracing::error!(name = one.name(), %error, "a loop failed"),
        }
        tokio::select! {
            _ = stop.requested() => {}
            () = sleep(PAUSE) => {}
        }
    }
}
