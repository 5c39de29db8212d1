//! [`Jobs`]: adding jobs, looking at them, and what operators do to them.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{Column, Entity, JobState, Model};
use super::{JobKind, NewJob, Subscription, enqueue, operate};
use crate::app::Context;
use crate::error::AppResult;
use crate::http::{KeysetQuery, Slice};
use crate::types::Id;

/// The jobs of an app: `ctx.jobs()`.
#[derive(Clone, Copy, Debug)]
pub struct Jobs<'a> {
    ctx: &'a Context,
}

/// Which jobs; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// What has become of them.
    pub state: Option<JobState>,
    /// The queue that they wait in.
    pub queue: Option<String>,
    /// The name of their type.
    pub name: Option<String>,
    /// Their lane.
    pub lane: Option<String>,
    /// The tenant.
    pub app_id: Option<String>,
    /// Any of these tenants.
    pub app_ids: Option<Vec<String>>,
}

impl<'a> Jobs<'a> {
    pub(crate) fn new(ctx: &'a Context) -> Self {
        Self { ctx }
    }

    /// Adds a job; its id, or that of the job that has its unique key.
    ///
    /// # Errors
    /// `param_error` when it does not fit the table; `busy`; the database's.
    pub async fn enqueue(&self, job: NewJob) -> AppResult<Id> {
        let ids = self.enqueue_many(vec![job]).await?;
        Ok(ids.first().copied().unwrap_or_default())
    }

    /// Adds jobs, all or none; their ids, in the same order.
    ///
    /// # Errors
    /// As [`Jobs::enqueue`].
    pub async fn enqueue_many(&self, jobs: Vec<NewJob>) -> AppResult<Vec<Id>> {
        enqueue::enqueue(self.ctx, jobs).await
    }

    /// Adds jobs in a transaction of the caller's, in the database of the group `default`: they are
    /// there when it is committed, and not otherwise. Their ids, in the same order.
    ///
    /// On SQLite, take an id from [`Context::next_id`] before the transaction: in it, the id
    /// generator would wait for the very lock that it holds.
    ///
    /// # Errors
    /// As [`Jobs::enqueue`]; the transaction must then be taken back.
    pub async fn enqueue_in(
        &self,
        conn: &impl ConnectionTrait,
        jobs: Vec<NewJob>,
    ) -> AppResult<Vec<Id>> {
        let ids = enqueue::enqueue_in(self.ctx, conn, jobs).await?;
        self.ctx.job_engine().wake_soon();
        Ok(ids)
    }

    /// A job; `None` when there is none, for instance because it is done.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: Id) -> AppResult<Option<Model>> {
        Ok(Entity::find_by_id(id).one(self.ctx.db()).await?)
    }

    /// Jobs, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, filter: &JobFilter, query: &KeysetQuery) -> AppResult<Slice<Model>> {
        let mut select = Entity::find().order_by_desc(Column::Id);
        if let Some(state) = filter.state {
            select = select.filter(Column::State.eq(state));
        }
        let texts = [
            (Column::Queue, &filter.queue),
            (Column::Name, &filter.name),
            (Column::Lane, &filter.lane),
            (Column::AppId, &filter.app_id),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                select = select.filter(column.eq(text.as_str()));
            }
        }
        if let Some(app_ids) = &filter.app_ids {
            select = select.filter(Column::AppId.is_in(app_ids));
        }
        if let Some(after) = query.after() {
            select = select.filter(Column::Id.lt(after));
        }
        let rows = select.limit(query.limit()).all(self.ctx.db()).await?;
        Ok(Slice::new(rows, query, |row| row.id))
    }

    /// Ends a job: one that waits at once, one that runs by its stop signal, which another process
    /// sees after a third of `job.lease_ms` at the latest.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it is over; the database's.
    pub async fn cancel(&self, id: Id) -> AppResult<()> {
        operate::cancel(self.ctx, id).await
    }

    /// Drives a dead or cancelled job again, with all of its attempts, at the end of its lane; or
    /// has one that waits for its time start now.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it is neither; the database's.
    pub async fn retry(&self, id: Id) -> AppResult<()> {
        operate::retry(self.ctx, id).await
    }

    /// Removes a job that is over: a dead letter, a cancelled one, or one kept for its key.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it is not over; the database's.
    pub async fn discard(&self, id: Id) -> AppResult<()> {
        operate::discard(self.ctx, id).await
    }

    /// Removes finished jobs whose time is over, and lanes that are long empty; how many rows.
    /// Workers do this now and then.
    ///
    /// # Errors
    /// The database's.
    pub async fn clean(&self, now: DateTime<Utc>) -> AppResult<u64> {
        operate::clean(self.ctx, now).await
    }

    /// The types of jobs that the app has, by name.
    pub fn kinds(&self) -> impl Iterator<Item = &'a JobKind> {
        self.ctx.job_engine().kinds().values()
    }

    /// Which events of the outbox become which jobs.
    #[must_use]
    pub fn subscriptions(&self) -> &'a [Subscription] {
        self.ctx.job_engine().subscriptions()
    }
}
