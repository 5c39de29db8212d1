//! Tasks as services use them.

use std::time::Duration;

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::count::{Claiming, Counted, Doing, is_swap};
use super::deed::Deed;
use super::definition::{Task, is_open};
use super::engine::Engine;
use super::entity::info;
use super::model::Count;
use super::pay::Paid;
use super::ready::Ready;
use super::unit::{self, GROUP, shard_key};
use super::{swap, whom};
use crate::app::Context;
use crate::auth::Player;
use crate::cache::{CacheGroup, CacheKey};
use crate::error::{AppError, AppResult};
use crate::oplog::Recorder;
use crate::types::{DateTime, Id, Utc};

/// What is kept of tasks for players' sake, by its name in the cache.
const CACHED: &str = "task.info";
/// For how long a process may go by a task that another one changed.
const STALENESS: Duration = Duration::from_secs(1);

fn cache_group(app_id: &str) -> CacheGroup {
    CacheGroup::of(CACHED).and(app_id)
}

/// Tasks and what players have done of them. Made by [`Context::tasks`].
#[derive(Clone, Copy, Debug)]
pub struct Tasks<'a> {
    pub(super) ctx: &'a Context,
    pub(super) log: Option<&'a Recorder>,
}

/// What came of something that a player did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Whether it counted now; it had before, if not.
    pub is_counted: bool,
    /// Progress towards the next round.
    pub current: i64,
    /// What a round takes.
    pub total: i64,
    /// What was paid with it.
    pub paid: Option<Paid>,
    /// Whether the platform is to take member points first.
    pub is_waiting: bool,
}

impl<'a> Tasks<'a> {
    pub(crate) fn new(ctx: &'a Context) -> Self {
        Self { ctx, log: None }
    }

    /// Has the operation log tell what is done with tasks, in the transaction that does it.
    #[must_use]
    pub fn by(self, log: &'a Recorder) -> Self {
        Self {
            log: Some(log),
            ..self
        }
    }

    pub(super) fn engine(&self) -> AppResult<&'a Engine> {
        let missing = "no module of this app has tasks: `cloudapp add module task`";
        let engine = self.ctx.task_engine();
        engine.ok_or_else(|| AppError::internal(missing))
    }

    /// A task of a tenant, open or not.
    ///
    /// # Errors
    /// `not_found`; its configuration is malformed.
    pub async fn find(&self, app_id: &str, task_id: Id) -> AppResult<Task> {
        let row = self.row(app_id, task_id).await?;
        Ok(Task::new(self.engine()?, row)?)
    }

    /// The same, for what players do: a task is read once a second at most.
    async fn known(&self, app_id: &str, task_id: Id) -> AppResult<Task> {
        let key = CacheKey::of(CACHED).and(app_id).and(task_id);
        let (from, tenant) = (self.ctx.clone(), app_id.to_owned());
        let read = self.ctx.cache().read(key, cache_group(app_id));
        let read = read
            .ttl(STALENESS)
            .max_staleness(STALENESS)
            .stale(Duration::ZERO);
        let row = read
            .get_or_load(move || async move { from.tasks().row(&tenant, task_id).await })
            .await?;
        Ok(Task::new(self.engine()?, (*row).clone())?)
    }

    /// What players do goes by what an operator has changed: at once in this process, within a
    /// second in others.
    pub(super) async fn changed(&self, row: info::Model) -> AppResult<info::Model> {
        let group = cache_group(&row.app_id);
        self.ctx.cache().invalidate(&[group]).await?;
        Ok(row)
    }

    /// The open tasks of an activity in the operator's order. One whose configuration is malformed
    /// is left out, and logged.
    pub(super) async fn open(
        &self,
        app_id: &str,
        act_id: Id,
        at: DateTime<Utc>,
    ) -> AppResult<Vec<Task>> {
        use info::Column;
        let engine = self.engine()?;
        let rows = info::Entity::find()
            .filter(Column::AppId.eq(app_id))
            .filter(Column::ActId.eq(act_id))
            .filter(Column::IsRelease.eq(true))
            .filter(Column::IsDel.eq(false))
            .order_by_desc(Column::SortIndex)
            .order_by_asc(Column::Id);
        let mut tasks = Vec::new();
        for row in rows.all(self.ctx.db_of(GROUP)).await? {
            if !is_open(&row, at) {
                continue;
            }
            let id = row.id;
            match Task::new(engine, row) {
                Ok(task) => tasks.push(task),
                Err(problem) => tracing::error!(task_id = %id, %problem, "a task is left out"),
            }
        }
        Ok(tasks)
    }

    /// Counts what a player did, and pays where the task pays at once; all in one transaction.
    ///
    /// # Errors
    /// `not_found`, [`TASK_CLOSED`](super::TASK_CLOSED), [`TASK_DONE`](super::TASK_DONE),
    /// [`TASK_TODAY`](super::TASK_TODAY), [`TASK_REFUSED`](super::TASK_REFUSED): it does not count.
    /// `param_error`: something is missing. The ledger's and the hooks': nothing is used up then.
    pub async fn act(&self, player: &Player, task_id: Id, deed: &Deed) -> AppResult<Acted> {
        let (ctx, engine) = (self.ctx, self.engine()?);
        let task = self.known(&player.app_id, task_id).await?;
        task.must_be_open(ctx.now())?;
        engine.hooks().before_act(ctx, player, &task, deed).await?;
        let doing = whom::doing(ctx, engine, player, &task, deed).await?;
        let doing = &doing;
        let key = shard_key(&player.app_id, task.row.act_id, doing.user_id);
        let ready = &Ready::of(ctx, engine, &player.app_id).await?;
        if is_swap(&task) {
            let count = unit::run(ctx, &key, |txn| Box::pin(swap::ask(ctx, ready, txn, doing)));
            let counted = Counted {
                count: Some(count.await?),
                paid: None,
            };
            return Ok(acted(doing, counted, true));
        }
        let counted = unit::run(ctx, &key, |txn| Box::pin(doing.count(ctx, ready, txn)));
        let counted = counted.await?;
        if doing.guest.is_some() && counted.count.is_none() {
            return Err(whom::refused((
                "this player was invited before",
                "该用户已被邀请过",
            )));
        }
        Ok(acted(doing, counted, false))
    }

    /// Pays all finished rounds of a task, or of one part of it.
    ///
    /// # Errors
    /// `not_found`, [`TASK_CLOSED`](super::TASK_CLOSED), [`TASK_DONE`](super::TASK_DONE),
    /// [`TASK_NOT_READY`](super::TASK_NOT_READY): there is nothing to pay. The ledger's and the
    /// hooks': nothing is used up then.
    pub async fn claim(&self, player: &Player, task_id: Id, part: &str) -> AppResult<Paid> {
        let (ctx, engine) = (self.ctx, self.engine()?);
        let task = self.known(&player.app_id, task_id).await?;
        task.must_be_open(ctx.now())?;
        let claiming = &Claiming {
            task: &task,
            user_id: player.user_id,
            part: part.to_owned(),
            handler: "POST /client/tasks/{id}/claim",
        };
        let key = shard_key(&player.app_id, task.row.act_id, player.user_id);
        let ready = &Ready::of(ctx, engine, &player.app_id).await?;
        unit::run(ctx, &key, |txn| Box::pin(claiming.pay(ctx, ready, txn))).await
    }
}

fn acted(doing: &Doing<'_>, counted: Counted, is_waiting: bool) -> Acted {
    let rule = &doing.task.rule;
    let is_counted = counted.count.is_some();
    let Count { complete, now, .. } = counted.count.unwrap_or_default();
    let (current, total) = match rule.is_calendar() {
        true => (complete, rule.last_day()),
        false => (now, rule.part(&doing.part).map_or(1, |part| part.need)),
    };
    Acted {
        is_counted,
        current,
        total,
        paid: counted.paid,
        is_waiting,
    }
}
