//! The cache that hot reads go through: values in the process and, with Redis, in all processes.
//!
//! A read names a key, the [groups](CacheGroup) that the value depends on, and how to load it;
//! whoever changes the data invalidates its groups once the change is committed. [`CachedSelect`]
//! does the reading for SeaORM's finders, [`Cache::write`] the writing.
//!
//! ```
//! # use cloudapp_runtime::{app::Context, cache::{CacheGroup, CacheKey}};
//! # use cloudapp_runtime::{error::AppResult, types::Id};
//! # async fn count(_: &Context, _: Id) -> AppResult<u64> { Ok(1) }
//! async fn winners(ctx: &Context, act_id: Id) -> AppResult<u64> {
//!     let key = CacheKey::of("winners").and(act_id);
//!     let group = CacheGroup::of("prize").and(act_id);
//!     let from = ctx.clone();
//!     let read = ctx.cache().read(key, group);
//!     let found = read.get_or_load(move || async move { count(&from, act_id).await }).await?;
//!     Ok(*found)
//! }
//! ```
//!
//! ## Invariants
//! - No reader sees a value older than an invalidation that finished before its read began, in any
//!   process. Versions of the groups are read before a value is loaded, kept with it, and compared
//!   each time it is served; versions are unique, never counted.
//! - Without Redis, versions are in the process: then there must be one process only.
//! - With Redis, each read asks it for the versions, with the value unless the process has it: one
//!   round trip. `cache.max_staleness_ms` lets a process go without for so long.
//! - While Redis cannot be asked, reads go to the database, and one load at a time for each key.
//! - An invalidation that Redis did not take is a row in `cache_pending_tb` before it is done, and
//!   done when each process has seen the row or its effect: after two seconds at most.
//! - A value in Redis belongs to one run of the server. One that starts again begins empty,
//!   whatever it saved.
//!
//! What would break it: a load that reads from a copy of the database; a server that was replaced
//! by another one (Sentinel) and still answers some process; processes with different
//! `cache.prefix`.
//!
//! - `key`, `group`, `policy`, `value`: what is kept, under what, for how long
//! - `local`, `flights`: the tier in the process, loads that are shared
//! - `link`, `remote`, `tier`: the tier in Redis; `pending`: invalidations that it did not take
//! - `read`, `load`, `invalidate`, `select`: what an application calls

#[cfg(feature = "redis")]
mod cross;
#[cfg(feature = "redis")]
mod entity;
mod flights;
mod group;
mod invalidate;
mod key;
#[cfg(feature = "redis")]
mod link;
mod load;
mod local;
#[cfg(feature = "redis")]
mod names;
#[cfg(feature = "redis")]
mod pending;
mod policy;
mod read;
#[cfg(feature = "redis")]
mod remote;
mod select;
mod statement;
mod stats;
#[cfg(feature = "redis")]
mod tier;
mod value;

use std::fmt;
use std::sync::Arc;

use prometheus_client::registry::Registry;
use sea_orm::DatabaseConnection;

use crate::app::{App, StartError};
use crate::clock::Clock;
use crate::config::{CacheConfig, Config};

pub use group::{CacheDeclared, CacheGroup, WarmFn};
pub use invalidate::Announced;
pub use key::{CacheKey, KeyPart};
pub use read::CacheRead;
pub use select::{CachedExt, CachedSelect};
pub use stats::GroupCounts;

use flights::Flights;
use local::Local;
use policy::Policy;
use stats::Stats;

const MIB: u64 = 1024 * 1024;

/// The cache of an application: [`Context::cache`](crate::app::Context::cache). Cloning gives
/// another handle.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    config: CacheConfig,
    policy: Policy,
    clock: Arc<dyn Clock>,
    #[cfg(feature = "redis")]
    db: DatabaseConnection,
    local: Local,
    flights: Arc<Flights>,
    stats: Arc<Stats>,
    declared: Vec<CacheDeclared>,
    #[cfg(feature = "redis")]
    tier: Option<tier::Tier>,
}

impl Cache {
    /// The cache of `app`, with Redis when one is configured. Nothing is sent before it is used.
    #[cfg_attr(
        not(feature = "redis"),
        expect(unused_variables, reason = "only Redis has keys and a table")
    )]
    pub(crate) fn new(
        app: &App,
        config: &Config,
        clock: Arc<dyn Clock>,
        db: DatabaseConnection,
    ) -> Result<Self, StartError> {
        let stats = Arc::new(Stats::default());
        let modules = app.modules().iter();
        Ok(Self(Arc::new(Inner {
            policy: Policy::new(&config.cache),
            local: Local::new(config.cache.local_mb.saturating_mul(MIB)),
            flights: Arc::default(),
            declared: modules
                .flat_map(|module| module.cache_groups().iter().copied())
                .collect(),
            #[cfg(feature = "redis")]
            tier: tier::Tier::new(app, config, &db, &stats)?,
            stats,
            config: config.cache.clone(),
            clock,
            #[cfg(feature = "redis")]
            db,
        })))
    }

    /// The groups that the app's modules declare.
    #[must_use]
    pub fn declared(&self) -> &[CacheDeclared] {
        &self.0.declared
    }

    /// What this process counted of a group, by its name.
    #[must_use]
    pub fn counts(&self, name: &'static str) -> GroupCounts {
        self.0.stats.counts(name)
    }

    /// Whether reads can go by the cache at the moment; `false` while Redis cannot be asked.
    #[must_use]
    pub fn is_available(&self) -> bool {
        #[cfg(feature = "redis")]
        if let Some(tier) = &self.0.tier {
            return tier.is_available();
        }
        true
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        self.0.stats.register(registry);
    }

    /// Brings figures up to date that are not counted as they change.
    pub(crate) fn measure(&self) {
        self.0.stats.set_size(self.0.local.size());
    }

    /// Ends the tasks in the background.
    pub(crate) fn close(&self) {
        #[cfg(feature = "redis")]
        if let Some(tier) = &self.0.tier {
            tier.stop();
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}
