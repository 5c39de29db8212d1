//! A player's tasks: what he sees, and what operators see of him. Reading writes nothing.

use std::collections::HashMap;

use super::definition::Task;
use super::entity::{count, evidence};
use super::model::{Count, Evidence, Moment, Progress, Rule};
use super::store;
use super::tasks::Tasks;
use super::unit::{GROUP, shard_key};
use super::view::{Known, RewardView, Shown, TaskView, reward_view};
use crate::asset::day_number;
use crate::auth::Player;
use crate::error::AppResult;
use crate::types::Id;

/// Most things that the list names as done.
const OBJECTS_MAX: u64 = 1_000;

/// Which tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Of this activity.
    pub act_id: Id,
    /// Of this module, and those of none; of all modules when absent.
    pub module_id: Option<Id>,
    /// Of these types; of all when empty.
    pub task_types: Vec<i32>,
}

impl TaskFilter {
    fn takes(&self, task: &Task) -> bool {
        let of = task.row.module_id;
        let is_module = self.module_id.is_none_or(|id| of == id || of == Id::new(0));
        is_module && (self.task_types.is_empty() || self.task_types.contains(&task.row.task_type))
    }
}

impl Tasks<'_> {
    /// A player's open tasks of an activity, in the operator's order.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, player: &Player, filter: &TaskFilter) -> AppResult<Vec<TaskView>> {
        let (ctx, engine) = (self.ctx, self.engine()?);
        let now = ctx.now();
        let mut tasks = self.open(&player.app_id, filter.act_id, now).await?;
        tasks.retain(|task| filter.takes(task));
        let key = shard_key(&player.app_id, filter.act_id, player.user_id);
        let conn = ctx.shard_of(GROUP, &key);
        let user = player.user_id;
        let counts = store::counts(&conn, &player.app_id, filter.act_id, user).await?;
        let with_tiers = ids(&tasks, |rule| rule.progress == Progress::Tiers);
        let days = store::days(&conn, user, &with_tiers).await?;
        let with_objects = ids(&tasks, names_objects);
        let objects = store::objects(&conn, user, &with_objects, OBJECTS_MAX).await?;
        let shown = Shown {
            engine,
            language: ctx.config().http.language,
        };
        let views = tasks.iter().map(|task| {
            let moment = task.moment(engine, now);
            let known = Known {
                counts: counts_of(&counts, task.id()),
                days: days_of(&days, task.id()),
                objects: objects_of(&objects, task, &moment),
            };
            shown.view(task, &known, &moment)
        });
        Ok(views.collect())
    }

    /// What a reward is, for answers.
    ///
    /// # Errors
    /// The app has no tasks.
    pub fn reward_views(&self, rewards: &[super::Reward]) -> AppResult<Vec<RewardView>> {
        let engine = self.engine()?;
        Ok(rewards.iter().map(|one| reward_view(engine, one)).collect())
    }
}

fn ids(tasks: &[Task], which: impl Fn(&Rule) -> bool) -> Vec<Id> {
    let some = tasks.iter().filter(|task| which(&task.rule));
    some.map(Task::id).collect()
}

/// Whether what counted is of use to the client.
fn names_objects(rule: &Rule) -> bool {
    use Evidence::{Goods, GoodsOfDay, Invitee, Pair};
    matches!(rule.evidence, Goods | GoodsOfDay | Invitee | Pair)
}

pub(super) fn counts_of(rows: &[count::Model], task_id: Id) -> Vec<(&str, Count)> {
    let own = rows.iter().filter(|row| row.task_id == task_id);
    own.map(|row| (row.task_sub_type.as_str(), Count::from(row)))
        .collect()
}

pub(super) fn days_of(rows: &[(Id, i32, i64)], task_id: Id) -> Vec<(i32, i64)> {
    let own = rows.iter().filter(|(id, _, _)| *id == task_id);
    own.map(|(_, day, amount)| (*day, *amount)).collect()
}

/// What cannot count again: of goods that count daily, only those of today.
fn objects_of(rows: &[evidence::Model], task: &Task, moment: &Moment) -> Vec<String> {
    let from = match task.rule.evidence {
        Evidence::GoodsOfDay => day_number(moment.today),
        _ => 0,
    };
    let own = rows
        .iter()
        .filter(|row| row.task_id == task.id() && row.create_day >= from);
    own.map(|row| row.object_id.clone()).collect()
}

/// What a player has done of a task, for operators.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskProgress {
    /// The task.
    pub task: Task,
    /// His counters as they are stored, with their periods.
    pub counts: Vec<count::Model>,
    /// Amounts by day, of tiers.
    pub days: Vec<(i32, i64)>,
    /// The newest evidence.
    pub evidence: Vec<evidence::Model>,
    /// Why he can do nothing more of it now, or what is left to do.
    pub reason: String,
}

impl Tasks<'_> {
    /// What a player has done of all tasks of an activity, whether they are open or not, and why
    /// nothing more counts.
    ///
    /// # Errors
    /// The database's.
    pub async fn progress(&self, player: &Player, act_id: Id) -> AppResult<Vec<TaskProgress>> {
        let (ctx, engine) = (self.ctx, self.engine()?);
        let now = ctx.now();
        let tasks = self.all(&player.app_id, act_id).await?;
        let key = shard_key(&player.app_id, act_id, player.user_id);
        let conn = ctx.shard_of(GROUP, &key);
        let user = player.user_id;
        let counts = store::counts(&conn, &player.app_id, act_id, user).await?;
        let all = ids(&tasks, |_| true);
        let days = store::days(&conn, user, &all).await?;
        let objects = store::objects(&conn, user, &all, OBJECTS_MAX).await?;
        let shown = Shown {
            engine,
            language: ctx.config().http.language,
        };
        let mut by_task: HashMap<Id, Vec<evidence::Model>> = HashMap::new();
        for row in objects {
            by_task.entry(row.task_id).or_default().push(row);
        }
        let rows = tasks.into_iter().map(|task| {
            let moment = task.moment(engine, now);
            let known = Known {
                counts: counts_of(&counts, task.id()),
                days: days_of(&days, task.id()),
                objects: Vec::new(),
            };
            let view = shown.view(&task, &known, &moment);
            TaskProgress {
                reason: reason(&task, &view, now),
                counts: counts
                    .iter()
                    .filter(|row| row.task_id == task.id())
                    .cloned()
                    .collect(),
                days: known.days,
                evidence: by_task.remove(&task.id()).unwrap_or_default(),
                task,
            }
        });
        Ok(rows.collect())
    }
}

/// Says in words how a player stands.
fn reason(task: &Task, view: &TaskView, now: crate::types::DateTime<crate::types::Utc>) -> String {
    use super::view::Status;
    let row = &task.row;
    if row.is_del {
        return "the task was removed".to_owned();
    }
    if !row.is_release {
        return "the task is not released".to_owned();
    }
    if row.starts_at.is_some_and(|from| now < from) {
        return "the task has not begun".to_owned();
    }
    if row.ends_at.is_some_and(|end| now >= end) {
        return "the task is over".to_owned();
    }
    match view.status {
        Status::Claimable => "something is to be claimed".to_owned(),
        Status::Done if view.is_over => "everything of this period is done".to_owned(),
        Status::Done => "it was done today".to_owned(),
        Status::Todo => {
            let left = (view.total - view.current).max(0);
            format!("{left} more of {} ({})", view.total, view.unit)
        }
    }
}
