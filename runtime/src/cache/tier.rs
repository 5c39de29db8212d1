//! Redis as second tier: the link, the trust in it, and the tasks that keep both.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::DatabaseConnection;
use tokio::sync::OnceCell;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::group::CacheGroup;
use super::link::{Link, Links};
use super::pending::{self, POLL_EVERY, Trust};
use super::remote::{self, Keys};
use super::stats::Stats;
use crate::app::{App, StartError};
use crate::config::Config;

/// The second tier.
pub(super) struct Tier {
    shared: Arc<Shared>,
    started: OnceCell<()>,
    tasks: Mutex<Vec<AbortHandle>>,
}

struct Shared {
    keys: Keys,
    links: Links,
    trust: Trust,
    db: DatabaseConnection,
    stats: Arc<Stats>,
}

impl Tier {
    /// Prepares it, when Redis is configured.
    pub(super) fn new(
        app: &App,
        config: &Config,
        db: &DatabaseConnection,
        stats: &Arc<Stats>,
    ) -> Result<Option<Self>, StartError> {
        if config.redis.url.is_empty() {
            return Ok(None);
        }
        let prefix = match config.cache.prefix.as_str() {
            "" => format!("{}:{}", app.name(), config.environment),
            prefix => prefix.to_owned(),
        };
        let links = Links::new(config.redis.url.expose(), config.cache.redis_timeout())?;
        let shared = Shared {
            keys: Keys::new(prefix, app.version()),
            links,
            trust: Trust::default(),
            db: db.clone(),
            stats: Arc::clone(stats),
        };
        Ok(Some(Self {
            shared: Arc::new(shared),
            started: OnceCell::new(),
            tasks: Mutex::default(),
        }))
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.shared.keys
    }

    pub(super) fn links(&self) -> &Links {
        &self.shared.links
    }

    /// The link, if values of these groups may be served by versions that are read from now on.
    pub(super) async fn usable(&self, groups: &[CacheGroup]) -> Option<Arc<Link>> {
        self.start().await;
        // In this order: an invalidation whose row is gone by now has changed the version before.
        let is_trusted = self.shared.trust.covers(groups);
        self.shared.links.present().filter(|_| is_trusted)
    }

    pub(super) fn is_available(&self) -> bool {
        !self.started.initialized() || self.shared.links.present().is_some()
    }

    /// Connects, looks at the table, and begins to do both again and again; once.
    pub(super) async fn start(&self) {
        let start = || async {
            let shared = &self.shared;
            if let Err(error) = shared.links.connect().await {
                tracing::warn!(%error, "Redis cannot be reached: reads go to the database");
            }
            shared.look().await;
            let keeper = Arc::clone(shared);
            let looker = Arc::clone(shared);
            let tasks = [
                tokio::spawn(async move {
                    let mut pause = Links::first_pause();
                    loop {
                        keeper.links.keep(&mut pause).await;
                    }
                })
                .abort_handle(),
                tokio::spawn(async move {
                    loop {
                        sleep(POLL_EVERY).await;
                        looker.look().await;
                    }
                })
                .abort_handle(),
            ];
            let mut running = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            running.extend(tasks);
        };
        self.started.get_or_init(start).await;
    }

    pub(super) fn stop(&self) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.drain(..).for_each(|task| task.abort());
    }
}

impl Drop for Tier {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// Looks at the table of invalidations and makes up for what is there.
    async fn look(&self) {
        let rows = match pending::look(&self.db, &self.trust).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(%error, "cache_pending_tb cannot be read: the cache is not used");
                return;
            }
        };
        let is_open = self.links.present().is_none();
        self.stats.breaker_open.set(i64::from(is_open));
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        self.stats.pending.set(count);
        if rows.is_empty() {
            return;
        }
        let Some(link) = self.links.present() else {
            return;
        };
        let (ids, names): (Vec<_>, Vec<_>) = pending::parts(rows).unzip();
        match remote::renew(&self.keys, &link, names.into_iter()).await {
            Ok(()) => match pending::remove(&self.db, &ids).await {
                Ok(()) => tracing::info!(count, "made up for invalidations"),
                Err(error) => tracing::warn!(%error, "made up for invalidations, and will again"),
            },
            Err(error) => self.links.fail(&link, &error),
        }
    }
}
