//! What the leader does: schedules, events, a look at everything.

use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

use super::leader::{Seat, Term};
use super::relay::Relay;
use super::watch::Watch;
use super::{LEADER, Stop, StopReason, cron};
use crate::app::{Background, Context};
use crate::error::{AppError, AppResult};

/// Pause after a round that failed.
const PAUSE: Duration = Duration::from_millis(500);

/// Leads, whenever this process can, until `stop` is ready: ticks and events become jobs, and what
/// is late is told. Beside a [`Worker`](super::Worker), which runs them; the commands `worker` and
/// `serve` do both.
///
/// # Errors
/// `internal` when the operating system has no randomness to give.
pub async fn lead(ctx: &Context, stop: impl Future<Output = ()> + Send) -> AppResult<()> {
    let (stopper, told) = Stop::new();
    let leading = Leading.run(ctx, &told);
    tokio::pin!(leading);
    tokio::select! {
        ended = &mut leading => return ended,
        () = stop => {}
    }
    stopper.send_replace(Some(StopReason::Draining));
    leading.await
}

/// Campaigns for the leader's seat, and does the leader's work for as long as it has it.
pub(crate) struct Leading;

#[async_trait]
impl Background for Leading {
    fn name(&self) -> &'static str {
        "leader"
    }

    async fn run(&self, ctx: &Context, stop: &Stop) -> AppResult<()> {
        let lease = Duration::from_millis(ctx.config().job.leader_lease_ms);
        let seat = Seat::new(ctx.db(), LEADER, lease)?;
        while !stop.is_requested() {
            let term = tokio::select! {
                biased;
                _ = stop.requested() => break,
                term = seat.take() => term,
            };
            let number = term.fencing();
            tracing::info!(
                number,
                "this process leads: it runs schedules and passes events on"
            );
            tokio::select! {
                biased;
                _ = stop.requested() => {}
                () = term.keep() => tracing::warn!(number, "this process no longer leads"),
                () = schedules(ctx, &term) => {}
                () = events(ctx, &term) => {}
                () = watch(ctx) => {}
            }
            term.leave().await;
        }
        Ok(())
    }
}

async fn schedules(ctx: &Context, term: &Term) {
    loop {
        match cron::round(ctx, term).await {
            Ok(wait) => sleep(wait).await,
            Err(error) => failed("schedules", &error).await,
        }
    }
}

async fn events(ctx: &Context, term: &Term) {
    let mut relay = Relay::default();
    loop {
        match relay.round(ctx, term).await {
            Ok(true) => {}
            Ok(false) => sleep(ctx.config().job.poll()).await,
            Err(error) => failed("events", &error).await,
        }
    }
}

async fn watch(ctx: &Context) {
    let mut watch = Watch::new(ctx);
    let every = Duration::from_secs(ctx.config().alarm.check_s);
    loop {
        if let Err(error) = watch.look(ctx).await {
            failed("watch", &error).await;
        }
        sleep(every).await;
    }
}

/// The next round does it again; who does not lead any more is told by the lease.
async fn failed(what: &str, error: &AppError) {
    tracing::warn!(what, error = %error.detail(), "a round of the leader failed");
    sleep(PAUSE).await;
}
