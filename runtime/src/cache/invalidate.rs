//! Invalidations: after the commit, or written down within the transaction.

use std::sync::Mutex;

use sea_orm::ConnectionTrait;

use super::group::CacheGroup;
use super::{Cache, Inner};
use crate::app::BoxFuture;
use crate::db::{Begin, Transaction, Work, run_transaction};
use crate::error::{AppError, AppResult};

/// An invalidation that was written down in a transaction, to be done once that is committed.
///
/// Dropped, or if the process dies, it is done by whoever finds the row, within about a quarter of
/// a second after the commit while Redis answers.
#[derive(Debug)]
#[must_use = "call `done` after the commit"]
pub struct Announced {
    cache: Cache,
    groups: Vec<CacheGroup>,
    rows: Vec<String>,
}

impl Announced {
    /// Invalidates the groups. Call it after the commit.
    ///
    /// # Errors
    /// As [`Cache::invalidate`].
    pub async fn done(self) -> AppResult<()> {
        self.cache.finish(self.groups, self.rows).await
    }
}

impl Cache {
    /// Invalidates groups: from the return on, no read that begins anywhere sees what was loaded
    /// before. Call it after the commit of what was changed, never before.
    ///
    /// It goes on when the caller is gone. While this process cannot reach Redis, it writes the
    /// groups down in the default database and takes up to two seconds: until each process has seen
    /// that, or one of them has made up for it. For changes that must not be forgotten even by a
    /// process that dies right after its commit, see [`Cache::write`].
    ///
    /// # Errors
    /// The database's, when neither Redis nor the database took it: old values may be served until
    /// their TTL ends, so tell the caller to try again.
    pub async fn invalidate(&self, groups: &[CacheGroup]) -> AppResult<()> {
        self.finish(groups.to_vec(), Vec::new()).await
    }

    /// Writes within a transaction of the default database that these groups are to be invalidated.
    ///
    /// # Errors
    /// The database's.
    #[cfg_attr(
        not(feature = "redis"),
        expect(unused_variables, reason = "only Redis needs the table")
    )]
    pub async fn announce(
        &self,
        txn: &impl ConnectionTrait,
        groups: &[CacheGroup],
    ) -> AppResult<Announced> {
        #[cfg(feature = "redis")]
        let rows = match self.0.tier {
            Some(_) => super::pending::write(txn, groups, self.0.clock.now()).await?,
            None => Vec::new(),
        };
        #[cfg(not(feature = "redis"))]
        let rows = Vec::new();
        Ok(Announced {
            cache: self.clone(),
            groups: groups.to_vec(),
            rows,
        })
    }

    /// Runs `work` in a transaction of the default database, as
    /// [`db::transaction`](crate::db::transaction) does, and invalidates the groups once it is
    /// committed. They are written down in the same transaction, so that no crash between the
    /// commit and the invalidation can forget them.
    ///
    /// ```
    /// # use cloudapp_runtime::{app::Context, cache::CacheGroup, error::AppResult};
    /// # use sea_orm::ConnectionTrait;
    /// async fn rename(ctx: &Context) -> AppResult<()> {
    ///     let groups = [CacheGroup::of("title")];
    ///     ctx.cache().write(ctx.db(), &groups, |txn| {
    ///         Box::pin(async move {
    ///             txn.execute_unprepared("UPDATE title_tb SET edits = edits + 1").await?;
    ///             Ok(())
    ///         })
    ///     })
    ///     .await
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`db::transaction`](crate::db::transaction). Once it is committed, none.
    pub async fn write<'env, T, F>(
        &self,
        conn: &impl Begin,
        groups: &[CacheGroup],
        work: F,
    ) -> AppResult<T>
    where
        T: Send,
        F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Send + Sync,
    {
        let announcing = Announcing {
            cache: self,
            groups,
            work,
            last: Mutex::new(None),
        };
        let value = run_transaction(conn, &announcing).await?;
        let last = announcing.last.into_inner().unwrap_or_default();
        if let Some(announced) = last
            && let Err(error) = announced.done().await
        {
            let error = error.detail();
            tracing::error!(error, "an invalidation is left to the next look at its row");
        }
        Ok(value)
    }

    /// Invalidates groups whose rows may be written already; in a task, so that it is not left
    /// half done.
    async fn finish(&self, groups: Vec<CacheGroup>, rows: Vec<String>) -> AppResult<()> {
        let cache = self.clone();
        let work = async move { cache.0.invalidate(&groups, rows).await };
        tokio::spawn(work).await.map_err(AppError::internal)?
    }
}

/// Work that also announces what it invalidates.
struct Announcing<'a, F> {
    cache: &'a Cache,
    groups: &'a [CacheGroup],
    work: F,
    /// Of the last attempt.
    last: Mutex<Option<Announced>>,
}

impl<'env, T, F> Work<'env, T> for Announcing<'_, F>
where
    T: Send,
    F: for<'c> Fn(&'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> + Send + Sync,
{
    fn run<'c>(&'c self, txn: &'c Transaction<'env>) -> BoxFuture<'c, AppResult<T>> {
        Box::pin(async move {
            let value = (self.work)(txn).await?;
            let announced = self.cache.announce(txn, self.groups).await?;
            if let Ok(mut last) = self.last.lock() {
                *last = Some(announced);
            }
            Ok(value)
        })
    }
}

impl Inner {
    fn count(&self, groups: &[CacheGroup], by: &'static str) {
        for group in groups {
            self.stats.invalidation(group.name(), by);
        }
    }

    #[cfg(not(feature = "redis"))]
    async fn invalidate(&self, groups: &[CacheGroup], _: Vec<String>) -> AppResult<()> {
        self.local.invalidate(groups);
        self.count(groups, "process");
        Ok(())
    }

    #[cfg(feature = "redis")]
    async fn invalidate(&self, groups: &[CacheGroup], mut rows: Vec<String>) -> AppResult<()> {
        use super::{pending, remote};
        let Some(tier) = &self.tier else {
            self.local.invalidate(groups);
            self.count(groups, "process");
            return Ok(());
        };
        tier.start().await;
        if let Some(link) = tier.links().present() {
            let names = groups.iter().map(CacheGroup::version_name);
            match remote::renew(tier.keys(), &link, names).await {
                Ok(()) => {
                    self.local.invalidate(groups);
                    self.count(groups, "redis");
                    if let Err(error) = pending::remove(&self.db, &rows).await {
                        tracing::debug!(%error, "an invalidation will be done once more");
                    }
                    return Ok(());
                }
                Err(error) => tier.links().fail(&link, &error),
            }
        }
        if rows.is_empty() {
            rows = pending::write(&self.db, groups, self.clock.now()).await?;
        }
        pending::seen_by_all(&self.db, &rows).await;
        self.local.invalidate(groups);
        self.count(groups, "database");
        Ok(())
    }
}
