//! One read: which key, of which groups, for how long.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Cache;
use super::group::CacheGroup;
use super::key::CacheKey;
use super::load::Ask;
use super::policy::Policy;
use super::value::{Codec, Slot};
use crate::error::{AppError, AppResult};

impl Cache {
    /// Begins a read of a value that depends on `group`. It ends with [`CacheRead::get_or_load`] or
    /// [`CacheRead::find_or_load`].
    pub fn read(&self, key: CacheKey, group: CacheGroup) -> CacheRead<'_> {
        CacheRead {
            cache: self,
            key,
            groups: vec![group],
            policy: self.0.policy,
        }
    }

    pub(super) fn read_as(
        &self,
        key: CacheKey,
        groups: Vec<CacheGroup>,
        policy: Policy,
    ) -> CacheRead<'_> {
        CacheRead {
            cache: self,
            key,
            groups,
            policy,
        }
    }

    pub(super) fn default_policy(&self) -> Policy {
        self.0.policy
    }
}

/// A read through the cache; what is not said is as in `[cache]`.
#[must_use = "nothing is read before `get_or_load` or `find_or_load`"]
pub struct CacheRead<'a> {
    cache: &'a Cache,
    key: CacheKey,
    groups: Vec<CacheGroup>,
    policy: Policy,
}

impl CacheRead<'_> {
    /// The value depends on this group as well.
    pub fn also(mut self, group: CacheGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// For how long the value is fresh.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.policy.ttl = ttl;
        self
    }

    /// For how long it is remembered that there is no value.
    pub fn negative_ttl(mut self, ttl: Duration) -> Self {
        self.policy.negative_ttl = ttl;
        self
    }

    /// By how many per cent at most, up to 100, its life is shortened by chance.
    pub fn jitter_percent(mut self, percent: u64) -> Self {
        self.policy.jitter_percent = percent;
        self
    }

    /// For how long after its end it is still served while it is loaded anew in the background. One
    /// that was invalidated never is.
    pub fn stale(mut self, stale: Duration) -> Self {
        self.policy.stale = stale;
        self
    }

    /// For how long this process may serve what it holds without asking Redis: the read may miss an
    /// invalidation by another process that finished so long ago.
    pub fn max_staleness(mut self, most: Duration) -> Self {
        self.policy.max_staleness = most;
        self
    }

    /// The value, from the cache or else loaded.
    ///
    /// `load` runs in a task of its own, to its end or `cache.load_timeout_ms`, so it keeps a
    /// `Context` of its own. It must read from the database itself, not from a copy, and outside of
    /// any transaction that is yet to be committed. The value's JSON must say all of it: a field
    /// that is skipped does not come back from Redis.
    ///
    /// # Errors
    /// What `load` returned, for all who waited for it; `timeout` when it took too long. Trouble
    /// with Redis is no error: then `load` is called.
    pub async fn get_or_load<T, F, L>(self, load: L) -> AppResult<Arc<T>>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        F: Future<Output = AppResult<T>> + Send + 'static,
        L: FnOnce() -> F + Send + 'static,
    {
        let load = || {
            let loading = load();
            async move { Ok(Slot::Present(Arc::new(loading.await?))) }
        };
        let found = self.slot::<T, _, _>(load).await?.into_value()?;
        found.ok_or_else(|| AppError::internal("a value that is always there is absent"))
    }

    /// The value or that there is none, from the cache or else loaded; that there is none is
    /// remembered for the negative TTL. Don't share its key with [`CacheRead::get_or_load`].
    ///
    /// # Errors
    /// As [`CacheRead::get_or_load`].
    pub async fn find_or_load<T, F, L>(self, load: L) -> AppResult<Option<Arc<T>>>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        F: Future<Output = AppResult<Option<T>>> + Send + 'static,
        L: FnOnce() -> F + Send + 'static,
    {
        let load = || {
            let loading = load();
            async move {
                let found = loading.await?;
                Ok(found.map_or(Slot::Absent, |value| Slot::Present(Arc::new(value))))
            }
        };
        // A key of its own: a value that may be absent is none that is always there.
        self.maybe().slot::<T, _, _>(load).await?.into_value()
    }

    fn maybe(mut self) -> Self {
        self.key = self.key.and("?");
        self
    }

    async fn slot<T, F, L>(self, load: L) -> AppResult<Slot>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        F: Future<Output = AppResult<Slot>> + Send + 'static,
        L: FnOnce() -> F + Send + 'static,
    {
        let ask = Ask {
            digest: self.key.digest(),
            groups: self.groups,
            policy: self.policy,
            codec: Codec::of::<T>(),
        };
        ask.resolve(self.cache, load).await
    }
}
