//! The pump: takes events out of the inboxes and streams and counts them, as long as it runs. Any
//! number of processes may have one.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use sea_orm::DbBackend;
use tokio::sync::watch;
use tokio::time::timeout;

use super::apply::{Source, apply};
use super::engine::Engine;
use super::event::LANES;
use super::lane::{self, CLEANER, Lane};
use super::{GROUP, inbox, keep};
use crate::app::{Background, Context};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::job::Stop;
use crate::random;

/// Batches of a lane that are counted before others may have it.
const BATCHES_MAX: usize = 64;
/// How often old rows are cleared up, over all processes.
const CLEAN_EVERY_US: i64 = 3_600_000_000;
/// Longest pause after trouble.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// The pump as a loop of a worker's; idle in an app without statistics.
pub(crate) struct Counting;

#[async_trait]
impl Background for Counting {
    fn name(&self) -> &'static str {
        "statistics"
    }

    async fn run(&self, ctx: &Context, stop: &Stop) -> AppResult<()> {
        if ctx.stat_engine().is_none() {
            stop.requested().await;
            return Ok(());
        }
        let (stopper, told) = watch::channel(false);
        let asked = async {
            stop.requested().await;
            stopper.send_replace(true);
        };
        tokio::join!(pump(ctx.clone(), told), asked);
        Ok(())
    }
}

/// Counts events until `stop` says `true`.
pub(super) async fn pump(ctx: Context, mut stop: watch::Receiver<bool>) {
    let owner = match random::hex::<16>() {
        Ok(owner) => owner,
        Err(error) => {
            tracing::error!(error = %error.detail(), "statistics are not counted");
            return;
        }
    };
    let mut troubles: u32 = 0;
    while !*stop.borrow() {
        let done = match round(&ctx, &owner, &stop).await {
            Ok(done) => {
                troubles = 0;
                done
            }
            Err(error) => {
                troubles += 1;
                tracing::warn!(error = %error.detail(), "counting of statistics is tried again");
                0
            }
        };
        if done == 0 {
            let poll = Duration::from_millis(ctx.config().stat.poll_ms);
            let pause = poll
                .saturating_mul(1 << troubles.min(6))
                .min(PAUSE_MAX.max(poll));
            // Ended, or nobody is left to say so.
            if let Ok(Err(_)) = timeout(pause, stop.changed()).await {
                return;
            }
        }
    }
}

/// Counts what waits now in the lanes that nobody else has; how many events.
pub(super) async fn round(
    ctx: &Context,
    owner: &str,
    stop: &watch::Receiver<bool>,
) -> AppResult<u64> {
    let Some(engine) = ctx.stat_engine() else {
        return Err(AppError::internal("no module of this app has statistics"));
    };
    clean(ctx, owner).await;
    let mut lanes = busy_lanes(ctx).await?;
    // Processes begin at different places, so that they do not follow each other.
    let first = random::below(lanes.len() as u64)?;
    lanes.rotate_left(usize::try_from(first).unwrap_or(0));
    let at_once = match ctx.db_of(GROUP).get_database_backend() {
        DbBackend::Sqlite => 1,
        _ => engine.config().lanes,
    };
    let work = lanes.into_iter().map(|number| async move {
        if *stop.borrow() {
            return Ok(0);
        }
        let Some(lane) = Lane::take(ctx.db_of(GROUP), number, owner).await? else {
            return Ok(0);
        };
        let done = Drain {
            ctx,
            engine,
            lane: &lane,
            consumer: owner,
            stop,
        }
        .run()
        .await;
        lane.release(ctx.db_of(GROUP)).await?;
        match done {
            // Another process has it, as it should be.
            Err(error) if error.code() == ErrorCode::ACQUIRE_LOCK => Ok(0),
            other => other,
        }
    });
    let outcomes: Vec<AppResult<u64>> =
        stream::iter(work).buffer_unordered(at_once).collect().await;
    let mut total = 0;
    for outcome in outcomes {
        total += outcome?;
    }
    Ok(total)
}

/// The lanes with events.
async fn busy_lanes(ctx: &Context) -> AppResult<Vec<u16>> {
    let mut busy = [false; LANES as usize];
    for (_, db) in ctx.databases().distinct() {
        for number in inbox::lanes(db).await? {
            if let Some(is_busy) = busy.get_mut(usize::from(number)) {
                *is_busy = true;
            }
        }
    }
    #[cfg(feature = "redis")]
    if let Some(redis) = ctx.redis() {
        for number in 0..LANES {
            match super::stream::Stream::new(ctx, redis, number).len().await {
                Ok(0) => {}
                Ok(_) => busy[usize::from(number)] = true,
                Err(error) => {
                    // The inboxes are counted all the same.
                    tracing::debug!(%error, "streams of statistics cannot be asked");
                    break;
                }
            }
        }
    }
    Ok((0..LANES).filter(|lane| busy[usize::from(*lane)]).collect())
}

/// Clears old rows up when it is time.
async fn clean(ctx: &Context, owner: &str) {
    let turn = lane::seize(ctx.db_of(GROUP), CLEANER, owner, CLEAN_EVERY_US).await;
    let done = match turn {
        Ok(true) => keep::clean_up(ctx).await.map(drop),
        Ok(false) => Ok(()),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = done {
        tracing::warn!(error = %error.detail(), "old rows of statistics were not cleared up");
    }
}

/// The work on one lane.
struct Drain<'a> {
    ctx: &'a Context,
    engine: &'a Engine,
    lane: &'a Lane,
    consumer: &'a str,
    stop: &'a watch::Receiver<bool>,
}

impl Drain<'_> {
    async fn run(&self) -> AppResult<u64> {
        let mut total = self.unfinished().await?;
        for _ in 0..BATCHES_MAX {
            if *self.stop.borrow() {
                break;
            }
            let done = self.inboxes().await? + self.stream().await?;
            if done == 0 {
                break;
            }
            total += done;
        }
        Ok(total)
    }

    async fn inboxes(&self) -> AppResult<u64> {
        let here = self.ctx.databases().index_of(GROUP);
        let limit = self.engine.config().batch_max;
        let mut total = 0;
        for (group, db) in self.ctx.databases().distinct() {
            let events = inbox::read(db, self.lane.number, limit).await?;
            if events.is_empty() {
                continue;
            }
            let source = if self.ctx.databases().index_of(group) == here {
                Source::Here
            } else {
                Source::Elsewhere
            };
            apply(self.ctx, self.engine, self.lane, &events, source).await?;
            if source == Source::Elsewhere {
                inbox::remove(db, &events).await?;
            }
            total += events.len() as u64;
        }
        Ok(total)
    }

    #[cfg(not(feature = "redis"))]
    async fn unfinished(&self) -> AppResult<u64> {
        let _ = self.consumer;
        Ok(0)
    }

    #[cfg(not(feature = "redis"))]
    async fn stream(&self) -> AppResult<u64> {
        Ok(0)
    }

    /// What others read from the stream and did not finish.
    #[cfg(feature = "redis")]
    async fn unfinished(&self) -> AppResult<u64> {
        let Some(redis) = self.ctx.redis() else {
            return Ok(0);
        };
        let stream = super::stream::Stream::new(self.ctx, redis, self.lane.number);
        let mut total = 0;
        let mut from = Some("0-0".to_owned());
        if let Err(error) = stream.prepare().await {
            tracing::debug!(%error, "a stream of statistics cannot be asked");
            return Ok(0);
        }
        while let Some(place) = from {
            let (batch, next) = match stream.claim(self.consumer, &place).await {
                Ok(claimed) => claimed,
                Err(error) => {
                    tracing::debug!(%error, "a stream of statistics cannot be claimed from");
                    return Ok(total);
                }
            };
            total += self.count(&stream, batch).await?;
            from = next;
        }
        match stream.tidy(self.consumer).await {
            Ok(0) => {}
            Ok(removed) => tracing::debug!(removed, "consumers that were gone are removed"),
            Err(error) => tracing::debug!(%error, "consumers that are gone stay"),
        }
        Ok(total)
    }

    #[cfg(feature = "redis")]
    async fn stream(&self) -> AppResult<u64> {
        let Some(redis) = self.ctx.redis() else {
            return Ok(0);
        };
        let stream = super::stream::Stream::new(self.ctx, redis, self.lane.number);
        match stream.read(self.consumer).await {
            Ok(batch) => self.count(&stream, batch).await,
            Err(error) => {
                tracing::debug!(%error, "a stream of statistics cannot be read");
                Ok(0)
            }
        }
    }

    #[cfg(feature = "redis")]
    async fn count(
        &self,
        stream: &super::stream::Stream<'_>,
        batch: super::stream::Batch,
    ) -> AppResult<u64> {
        let limit = self.engine.config().batch_max;
        for events in batch.events.chunks(limit) {
            apply(self.ctx, self.engine, self.lane, events, Source::Elsewhere).await?;
        }
        if let Err(error) = stream.finish(&batch.entries).await {
            // They come again, and are known to be counted.
            tracing::debug!(%error, "entries of a stream stay");
        }
        Ok(batch.events.len() as u64)
    }
}
