//! How a read is answered: by the process, by Redis, by somebody else's load, or by one of its own.

use std::future::Future;
use std::sync::Arc;

use tokio::time::{Instant, timeout};
use tracing::Instrument;

#[cfg(feature = "redis")]
use super::cross;
use super::flights::{Boarding, Failure, Outcome, Seat, answer};
use super::group::CacheGroup;
use super::local::{Entry, TierKey};
use super::policy::Policy;
use super::stats::Read;
use super::value::{Codec, Slot, Version};
use super::{Cache, Inner};
use crate::app::BoxFuture;
use crate::error::{AppError, AppResult, ErrorCode};

/// What is read.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) digest: [u8; 32],
    pub(super) groups: Vec<CacheGroup>,
    pub(super) policy: Policy,
    pub(super) codec: Codec,
}

/// The versions that hold for a read, and when it was begun to ask for them.
pub(super) struct Seen {
    pub(super) version: Version,
    pub(super) at: Instant,
    #[cfg(feature = "redis")]
    pub(super) remote: Option<cross::Found>,
}

type Loading = BoxFuture<'static, AppResult<Slot>>;

impl Ask {
    pub(super) fn key(&self) -> TierKey {
        (self.digest, self.codec.type_id)
    }

    pub(super) fn label(&self) -> &'static str {
        self.groups.first().map_or("", CacheGroup::name)
    }

    pub(super) async fn resolve<F, L>(self, cache: &Cache, load: L) -> AppResult<Slot>
    where
        F: Future<Output = AppResult<Slot>> + Send + 'static,
        L: FnOnce() -> F + Send + 'static,
    {
        let inner = &cache.0;
        let arrival = Instant::now();
        let now_ms = inner.clock.now_ms();
        if !inner.config.enabled {
            inner.stats.read(self.label(), Read::Bypass);
            return answer(self.run(inner, Box::pin(load())).await);
        }
        let held = inner.local.get(&self.key());
        let held = held.filter(|entry| entry.life.is_alive(now_ms));
        if let Some(entry) = &held
            && entry.life.is_fresh(now_ms)
            && inner.is_recent(&self, entry)
        {
            inner.stats.read(self.label(), Read::Local);
            return Ok(entry.slot.clone());
        }
        let Some(seen) = inner.see(&self, held.is_none(), arrival).await else {
            inner.stats.read(self.label(), Read::Bypass);
            let load = || self.run(inner, Box::pin(load()));
            let (outcome, is_shared) = inner.flights.direct(self.key(), arrival, load).await;
            if is_shared {
                inner.stats.shared(self.label());
            }
            return answer(outcome);
        };
        let held = held.filter(|entry| entry.version == seen.version);
        let found = match held {
            Some(entry) => {
                inner.local.verify(&entry, seen.at);
                Some((entry, Read::Local))
            }
            None => inner
                .adopt(&self, &seen, now_ms)
                .map(|entry| (entry, Read::Redis)),
        };
        let Some((entry, read)) = found else {
            inner.stats.read(self.label(), Read::Miss);
            return self.board(cache, seen, load).await;
        };
        if entry.life.is_fresh(now_ms) {
            inner.stats.read(self.label(), read);
        } else {
            inner.stats.read(self.label(), Read::Stale);
            self.refresh(cache, seen, load);
        }
        Ok(entry.slot.clone())
    }

    /// Loads, or waits for who does.
    async fn board<F, L>(self, cache: &Cache, seen: Seen, load: L) -> AppResult<Slot>
    where
        F: Future<Output = AppResult<Slot>> + Send + 'static,
        L: FnOnce() -> F + Send + 'static,
    {
        let flight = match cache.0.flights.board(self.key(), &seen.version) {
            Boarding::Joined(flight) => {
                cache.0.stats.shared(self.label());
                flight
            }
            Boarding::First(seat) => {
                let flight = seat.flight();
                self.take_off(cache, seen, seat, load);
                flight
            }
        };
        answer(flight.outcome().await)
    }

    /// Loads in the background, unless somebody does.
    fn refresh<F, L>(self, cache: &Cache, seen: Seen, load: L)
    where
        F: Future<Output = AppResult<Slot>> + Send + 'static,
        L: FnOnce() -> F + Send + 'static,
    {
        if let Boarding::First(seat) = cache.0.flights.board(self.key(), &seen.version) {
            self.take_off(cache, seen, seat, load);
        }
    }

    /// Loads in a task of its own: who waits may go away.
    fn take_off<F, L>(self, cache: &Cache, seen: Seen, seat: Seat, load: L)
    where
        F: Future<Output = AppResult<Slot>> + Send + 'static,
        L: FnOnce() -> F + Send + 'static,
    {
        let inner = Arc::clone(&cache.0);
        let load = || -> Loading { Box::pin(load()) };
        let work = async move { self.fly(&inner, seen, seat, load).await };
        tokio::spawn(work.in_current_span());
    }

    async fn fly(
        self,
        inner: &Inner,
        seen: Seen,
        seat: Seat,
        load: impl FnOnce() -> Loading + Send,
    ) {
        // Another load may have ended between the look into the tier and now.
        let held = inner.local.get(&self.key());
        let now_ms = inner.clock.now_ms();
        if let Some(entry) = held
            && entry.version == seen.version
            && entry.life.is_fresh(now_ms)
        {
            return seat.land(Ok(entry.slot.clone()));
        }
        #[cfg(feature = "redis")]
        let lock = match inner.wait_for_turn(&self, &seen).await {
            cross::Turn::Loaded(entry) => return seat.land(Ok(entry.slot.clone())),
            cross::Turn::Ours(lock) => lock,
        };
        let outcome = self.run_inline(inner, load()).await;
        let kept = match &outcome {
            Ok(slot) => self.keep(inner, &seen, slot),
            Err(_) => None,
        };
        seat.land(outcome);
        #[cfg(feature = "redis")]
        inner.publish(&self, &seen, kept, lock).await;
        #[cfg(not(feature = "redis"))]
        drop(kept);
    }

    /// Keeps a loaded value in the process; returns it with its JSON, unless it is not to be kept.
    fn keep(&self, inner: &Inner, seen: &Seen, slot: &Slot) -> Option<(Arc<Entry>, Vec<u8>)> {
        let kept = self.codec.encode(slot).and_then(|json| {
            let life = self.policy.life(inner.clock.now_ms(), slot.is_absent())?;
            Ok((json, life))
        });
        let (json, life) = match kept {
            Ok(kept) => kept,
            Err(error) => {
                let error = error.detail();
                tracing::error!(group = self.label(), error, "a value cannot be cached");
                return None;
            }
        };
        if json.len() as u64 > inner.config.value_limit_kb.saturating_mul(1024) {
            tracing::warn!(
                group = self.label(),
                bytes = json.len(),
                "too large to be cached"
            );
            return None;
        }
        let (version, slot) = (seen.version.clone(), slot.clone());
        let entry = inner
            .local
            .put(self.key(), version, life, slot, json.len(), seen.at);
        Some((entry, json))
    }

    /// Loads in a task of its own, and waits for it.
    async fn run(&self, inner: &Arc<Inner>, loading: Loading) -> Outcome {
        let (ask, inner) = (self.clone(), Arc::clone(inner));
        let work = async move { ask.run_inline(&inner, loading).await };
        match tokio::spawn(work.in_current_span()).await {
            Ok(outcome) => outcome,
            Err(error) => Err(AppError::internal(error).into()),
        }
    }

    async fn run_inline(&self, inner: &Inner, loading: Loading) -> Outcome {
        inner.stats.load(self.label());
        let outcome = match timeout(inner.config.load_timeout(), loading).await {
            Ok(outcome) => outcome.map_err(Failure::from),
            Err(_) => Err(AppError::new(ErrorCode::TIMEOUT).into()),
        };
        if outcome.is_err() {
            inner.stats.failure(self.label());
        }
        outcome
    }
}

#[cfg(not(feature = "redis"))]
impl Inner {
    fn is_recent(&self, _: &Ask, _: &Entry) -> bool {
        false
    }

    async fn see(&self, ask: &Ask, _: bool, at: Instant) -> Option<Seen> {
        let version = self.local.version_of(&ask.groups);
        Some(Seen { version, at })
    }

    fn adopt(&self, _: &Ask, _: &Seen, _: i64) -> Option<Arc<Entry>> {
        None
    }
}
