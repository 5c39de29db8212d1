//! Invalidations that Redis does not know of yet, in the table `cache_pending_tb`.
//!
//! A process goes by the cache only if it read that table less than [`LEASE`] ago, and passes by the
//! cache for the groups that it found there. So an invalidation that is written there has been seen
//! by everybody after [`LEASE`], whatever Redis does, and by its clock alone: no two clocks are
//! compared.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect,
};
use tokio::time::Instant;

use super::entity::{Column, Entity, Model};
use super::group::CacheGroup;
use crate::error::AppResult;
use crate::random;
use crate::types::{DateTime, Utc};

/// For how long a look at the table lets a process go by the cache.
pub(super) const LEASE: Duration = Duration::from_secs(2);
/// How often the table is looked at.
pub(super) const POLL_EVERY: Duration = Duration::from_millis(250);
/// How much longer than [`LEASE`] an invalidation waits, for timers that are early.
pub(super) const MARGIN: Duration = Duration::from_millis(50);
/// Rows of one look. When there are more, nothing is trusted.
const ROWS_MAX: u64 = 1_000;

/// What a look at the table showed.
pub(super) struct Look {
    begun: Instant,
    /// The names, or `None` when there were too many.
    names: Option<HashSet<String>>,
}

/// The last look at the table.
#[derive(Default)]
pub(super) struct Trust(RwLock<Option<Arc<Look>>>);

impl Trust {
    /// Whether values of these groups may be served, going by versions that are read after this.
    pub(super) fn covers(&self, groups: &[CacheGroup]) -> bool {
        let look = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(look) = look.filter(|look| look.begun.elapsed() < LEASE) else {
            return false;
        };
        match &look.names {
            None => false,
            Some(names) if names.is_empty() => true,
            Some(names) => {
                let mut needed = groups.iter().flat_map(CacheGroup::version_names);
                !needed.any(|name| names.contains(&name))
            }
        }
    }

    fn set(&self, look: Look) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(look));
    }
}

/// Looks at the table, renews the trust, and returns what is to be made up for.
pub(super) async fn look(db: &DatabaseConnection, trust: &Trust) -> Result<Vec<Model>, DbErr> {
    let begun = Instant::now();
    let rows = Entity::find().limit(ROWS_MAX).all(db).await?;
    let is_all = (rows.len() as u64) < ROWS_MAX;
    let names = rows.iter().map(|row| row.version_name.clone());
    trust.set(Look {
        begun,
        names: is_all.then(|| names.collect()),
    });
    Ok(rows)
}

/// Writes down that these groups are to be invalidated; returns the ids of the rows.
pub(super) async fn write(
    conn: &impl ConnectionTrait,
    groups: &[CacheGroup],
    now: DateTime<Utc>,
) -> AppResult<Vec<String>> {
    let mut rows = Vec::with_capacity(groups.len());
    for group in groups {
        rows.push(Model {
            id: random::hex::<16>()?,
            version_name: group.version_name(),
            created_at: now,
        });
    }
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    if !rows.is_empty() {
        let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
        let insert = Entity::insert_many(rows);
        insert.exec_without_returning(conn).await?;
    }
    Ok(ids)
}

/// Ids and names of rows.
pub(super) fn parts(rows: Vec<Model>) -> impl Iterator<Item = (String, String)> {
    rows.into_iter().map(|row| (row.id, row.version_name))
}

/// Takes rows away whose invalidation is made up for.
pub(super) async fn remove(db: &DatabaseConnection, ids: &[String]) -> Result<(), DbErr> {
    if !ids.is_empty() {
        let these = Column::Id.is_in(ids.iter().map(String::as_str));
        Entity::delete_many().filter(these).exec(db).await?;
    }
    Ok(())
}

/// Waits until nobody goes by values from before these rows: each is made up for, or everybody has
/// seen it.
pub(super) async fn seen_by_all(db: &DatabaseConnection, ids: &[String]) {
    let until = Instant::now() + LEASE + MARGIN;
    while Instant::now() < until {
        tokio::time::sleep_until(until.min(Instant::now() + POLL_EVERY / 2)).await;
        let these = Column::Id.is_in(ids.iter().map(String::as_str));
        // When it cannot be asked, the time that passes does as well.
        if let Ok(0) = Entity::find().filter(these).count(db).await {
            return;
        }
    }
}
