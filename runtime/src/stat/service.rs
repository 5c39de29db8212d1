//! Statistics as services use them: reporting.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use tokio::sync::watch;

use super::door::{self, Reporter};
use super::engine::Engine;
use super::event::{StatEvent, Stored};
use super::{GROUP, inbox, pump};
use crate::app::Context;
use crate::config::StatPath;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::guard::Rate;
use crate::oplog::Recorder;
use crate::random;
use crate::types::Id;

/// Most events in a report of a player's.
pub const STAT_CLIENT_EVENTS_MAX: usize = 20;

/// Statistics. Made by [`Context::stats`].
#[derive(Clone, Copy, Debug)]
pub struct Stats<'a> {
    pub(super) ctx: &'a Context,
    pub(super) log: Option<&'a Recorder>,
}

/// Events that passed the door and have their ids: ready to be written. Made by [`Stats::prepare`].
#[derive(Clone, Debug)]
#[must_use = "nothing is reported before `write`"]
pub struct Prepared(Vec<Stored>);

impl Prepared {
    /// Writes the events; in the transaction of what they tell of, on whatever database that is.
    /// They count when it is committed.
    ///
    /// # Errors
    /// The database's.
    pub async fn write(&self, conn: &impl ConnectionTrait) -> AppResult<()> {
        Ok(inbox::write(conn, &self.0).await?)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Stats<'a> {
    pub(crate) fn new(ctx: &'a Context) -> Self {
        Self { ctx, log: None }
    }

    /// Has the operation log tell what is done with definitions, in the transaction that does it.
    #[must_use]
    pub fn by(self, log: &'a Recorder) -> Self {
        Self {
            log: Some(log),
            ..self
        }
    }

    pub(super) fn engine(&self) -> AppResult<&'a Engine> {
        let missing = "no module of this app has statistics: `cloudapp add module stat`";
        let engine = self.ctx.stat_engine();
        engine.ok_or_else(|| AppError::internal(missing))
    }

    /// Gets events ready to be written in a transaction of the caller's.
    ///
    /// ```
    /// # use cloudapp_runtime::db;
    /// # use cloudapp_runtime::prelude::*;
    /// # use cloudapp_runtime::stat::StatEvent;
    /// async fn share(ctx: &Context, player: &Player) -> AppResult<()> {
    ///     let event = StatEvent::new(&player.app_id, "ShareCount").user(player.user_id);
    ///     let report = ctx.stats().prepare(vec![event]).await?;
    ///     db::transaction(ctx.db(), |txn| {
    ///         let report = &report;
    ///         Box::pin(async move { report.write(txn).await })
    ///     })
    ///     .await
    /// }
    /// ```
    ///
    /// # Errors
    /// `param_error`: there is no such metric, or a value, time or text is out of range. `busy`: no
    /// ids are to be had.
    pub async fn prepare(&self, events: Vec<StatEvent>) -> AppResult<Prepared> {
        let events = door::check(self.ctx, self.engine()?, events, Reporter::Code).await?;
        Ok(Prepared(self.numbered(events).await?))
    }

    /// Reports events in a transaction that is open: the safe path, whatever is configured. They
    /// count when it is committed.
    ///
    /// Definitions that are not in the cache are read beside the transaction, so that on a pool of
    /// one connection [`Stats::prepare`] before it is the way.
    ///
    /// # Errors
    /// As [`Stats::prepare`]; then the transaction must be rolled back. The database's.
    pub async fn report_in(
        &self,
        txn: &impl ConnectionTrait,
        events: Vec<StatEvent>,
    ) -> AppResult<()> {
        let events = door::check(self.ctx, self.engine()?, events, Reporter::Code).await?;
        let mut numbered = Vec::with_capacity(events.len());
        for event in events {
            // There is no waiting for the lease of ids: on SQLite it would wait for this
            // transaction.
            let id = self.ctx.try_next_id();
            let id =
                id.ok_or_else(|| AppError::new(ErrorCode::BUSY).with_source("no id at hand"))?;
            numbered.push(door::numbered(event, id));
        }
        Ok(inbox::write(txn, &numbered).await?)
    }

    /// Reports events on their own, by the path that `stat.path` says.
    ///
    /// Whether they are counted after an error shows in the figures only: give events a key to
    /// report them again.
    ///
    /// # Errors
    /// As [`Stats::prepare`]. `busy`: neither Redis nor the database can be had.
    pub async fn report(&self, events: Vec<StatEvent>) -> AppResult<()> {
        let events = door::check(self.ctx, self.engine()?, events, Reporter::Code).await?;
        self.send(self.numbered(events).await?).await
    }

    /// Reports what a player's request says: metrics that clients may report, with values in their
    /// bounds, at most 20 at once and `stat.client_per_minute` times a minute.
    ///
    /// # Errors
    /// `param_error`: as [`Stats::prepare`], or not for clients to report. `current_limit`: too
    /// often. `no_power`: an event is about another player or tenant.
    pub async fn report_of_client(
        &self,
        app_id: &str,
        user_id: Id,
        events: Vec<StatEvent>,
    ) -> AppResult<()> {
        if events.len() > STAT_CLIENT_EVENTS_MAX {
            let text = format!("events: at most {STAT_CLIENT_EVENTS_MAX} at once");
            return Err(AppError::param(text));
        }
        let is_own = |event: &StatEvent| event.app_id == app_id && event.user_id == user_id;
        if !events.iter().all(is_own) {
            return Err(ErrorCode::NO_POWER.into());
        }
        let engine = self.engine()?;
        let rate = Rate::new(engine.config().client_per_minute, Duration::from_secs(60))?;
        let subject = user_id.to_string();
        let guard = self.ctx.guard();
        guard
            .limit_rate("stat.report", &subject, rate)
            .await?
            .require()?;
        let events = door::check(self.ctx, engine, events, Reporter::Client).await?;
        self.send(self.numbered(events).await?).await
    }

    async fn numbered(&self, events: Vec<Stored>) -> AppResult<Vec<Stored>> {
        let mut numbered = Vec::with_capacity(events.len());
        for event in events {
            let id = self.ctx.next_id().await?;
            numbered.push(door::numbered(event, id));
        }
        Ok(numbered)
    }

    async fn send(&self, events: Vec<Stored>) -> AppResult<()> {
        let events = match self.engine()?.config().path {
            StatPath::Safe => events,
            StatPath::Fast => self.stream(events).await?,
        };
        if events.is_empty() {
            return Ok(());
        }
        Ok(inbox::write(self.ctx.db_of(GROUP), &events).await?)
    }

    #[cfg(not(feature = "redis"))]
    async fn stream(&self, events: Vec<Stored>) -> AppResult<Vec<Stored>> {
        Ok(events)
    }

    /// Hands events to the streams of their lanes; those that were not taken come back.
    #[cfg(feature = "redis")]
    async fn stream(&self, events: Vec<Stored>) -> AppResult<Vec<Stored>> {
        use super::stream::Stream;
        let engine = self.engine()?;
        let now_ms = self.ctx.now().timestamp_millis();
        let Some(redis) = self.ctx.redis().filter(|_| engine.asks_redis(now_ms)) else {
            return Ok(events);
        };
        let mut lanes: std::collections::BTreeMap<u16, Vec<Stored>> = Default::default();
        for event in events {
            lanes.entry(event.lane()).or_default().push(event);
        }
        let mut left = Vec::new();
        for (lane, mut events) in lanes {
            if !engine.asks_redis(now_ms) {
                left.append(&mut events);
                continue;
            }
            let payload = serde_json::to_string(&events).map_err(AppError::internal)?;
            let stream = Stream::new(self.ctx, redis, lane);
            match stream.add(&payload, engine.config().stream_max).await {
                Ok(true) => {}
                Ok(false) => left.append(&mut events),
                Err(error) => {
                    tracing::warn!(%error, "statistics go through the database");
                    engine.pause_redis(now_ms);
                    // Redis may have taken them all the same: then they come twice.
                    for event in &mut events {
                        event.is_once = true;
                    }
                    left.append(&mut events);
                }
            }
        }
        Ok(left)
    }

    /// How many events wait in the databases to be counted.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting(&self) -> AppResult<u64> {
        let mut total = 0;
        for (_, db) in self.ctx.databases().distinct() {
            total += inbox::count(db).await?;
        }
        Ok(total)
    }

    /// How many reports wait in the streams of the fast path; 0 without Redis.
    ///
    /// # Errors
    /// `busy`: Redis cannot be asked.
    pub async fn waiting_reports(&self) -> AppResult<u64> {
        #[cfg(feature = "redis")]
        if let Some(redis) = self.ctx.redis() {
            let mut total = 0;
            for lane in 0..super::event::LANES {
                let stream = super::stream::Stream::new(self.ctx, redis, lane);
                let busy = |error| AppError::new(ErrorCode::BUSY).with_source(error);
                total += stream.len().await.map_err(busy)?;
            }
            return Ok(total);
        }
        Ok(0)
    }

    /// Counts events until `stop` says `true`: what a worker process does.
    pub async fn pump(&self, stop: watch::Receiver<bool>) {
        pump::pump(self.ctx.clone(), stop).await;
    }

    /// Counts what waits now, apart from what other processes are just counting; how many events.
    ///
    /// # Errors
    /// The database's.
    pub async fn count_waiting(&self) -> AppResult<u64> {
        let owner = random::hex::<16>()?;
        let (_never, stop) = watch::channel(false);
        let mut total = 0;
        loop {
            match pump::round(self.ctx, &owner, &stop).await? {
                0 => return Ok(total),
                done => total += done,
            }
        }
    }
}
