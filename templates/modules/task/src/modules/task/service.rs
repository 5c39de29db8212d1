//! What can be done with tasks. No HTTP here.
//!
//! Tenants and players are those of the session, so that nobody reaches another one's. What
//! operators change is in the operation log, in the transaction that makes the change.

use cloudapp_runtime::auth;
use cloudapp_runtime::db::Group;
use cloudapp_runtime::oplog::{Entry, Operation};
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::task::{Deed, LOGGED, LogRow, TaskFilter, TaskProgress, TaskRow, TaskView};
use serde_json::json;

use super::dto::{
    ActedView, CopyInput, ListQuery, LogQuery, PaidView, ProgressQuery, SortInput, TaskInput,
    TaskQuery,
};

/// Most swaps that one request settles.
const SWAPS_MAX: u64 = 100;

/// The player's open tasks.
pub async fn of_player(
    ctx: &Context,
    player: &Player,
    query: ListQuery,
) -> AppResult<Vec<TaskView>> {
    ctx.tasks().list(player, &TaskFilter::from(query)).await
}

/// Counts what the player did.
pub async fn act(ctx: &Context, player: &Player, id: Id, deed: &Deed) -> AppResult<ActedView> {
    let acted = ctx.tasks().act(player, id, deed).await?;
    let paid = acted.paid.as_ref();
    let rewards = paid.map_or(&[][..], |paid| &paid.rewards);
    let rewards = ctx.tasks().reward_views(rewards)?;
    Ok(ActedView::new(acted, rewards))
}

/// Pays what the player has finished.
pub async fn claim(ctx: &Context, player: &Player, id: Id, part: &str) -> AppResult<PaidView> {
    let paid = ctx.tasks().claim(player, id, part).await?;
    let rewards = ctx.tasks().reward_views(&paid.rewards)?;
    Ok(PaidView::new(paid, rewards))
}

/// One page of the tenant's tasks.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &TaskQuery,
) -> AppResult<Page<TaskRow>> {
    let page = query.page();
    let tasks = ctx.tasks();
    let rows = tasks.page(&operator.app_id, query.act_id, query.is_del, &page);
    rows.await
}

/// One task.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<TaskRow> {
    ctx.tasks().row(&operator.app_id, id).await
}

/// Makes a task.
pub async fn create(ctx: &Context, operator: &Operator, input: TaskInput) -> AppResult<TaskRow> {
    let draft = input.into();
    let log = ctx.oplog().by(operator).await?;
    let tasks = ctx.tasks().by(&log);
    tasks.create(&operator.app_id, &draft).await
}

/// Replaces what a task is.
pub async fn replace(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    input: TaskInput,
) -> AppResult<TaskRow> {
    let draft = input.into();
    let log = ctx.oplog().by(operator).await?;
    let tasks = ctx.tasks().by(&log);
    tasks.replace(&operator.app_id, id, &draft).await
}

/// Removes a task, or brings it back.
pub async fn remove(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    is_del: bool,
) -> AppResult<TaskRow> {
    let log = ctx.oplog().by(operator).await?;
    let tasks = ctx.tasks().by(&log);
    tasks.remove(&operator.app_id, id, is_del).await
}

/// Shows a task to players, or hides it.
pub async fn release(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    is_release: bool,
) -> AppResult<TaskRow> {
    let log = ctx.oplog().by(operator).await?;
    let tasks = ctx.tasks().by(&log);
    tasks.release(&operator.app_id, id, is_release).await
}

/// Gives tasks their places.
pub async fn sort(ctx: &Context, operator: &Operator, input: &SortInput) -> AppResult<()> {
    let places = input.places.iter();
    let places: Vec<_> = places.map(|place| (place.id, place.sort_index)).collect();
    let log = ctx.oplog().by(operator).await?;
    ctx.tasks().by(&log).sort(&operator.app_id, &places).await
}

/// Copies tasks from one activity to another.
pub async fn copy(
    ctx: &Context,
    operator: &Operator,
    input: &CopyInput,
) -> AppResult<Vec<TaskRow>> {
    let (from, to) = (input.from_act_id, input.to_act_id);
    let log = ctx.oplog().by(operator).await?;
    ctx.tasks().by(&log).copy(&operator.app_id, from, to).await
}

/// How a player of the tenant stands with the tasks of an activity.
pub async fn progress(
    ctx: &Context,
    operator: &Operator,
    query: &ProgressQuery,
) -> AppResult<Vec<TaskProgress>> {
    if !auth::is_player(ctx, &operator.app_id, query.user_id).await? {
        return Err(ErrorCode::NO_USER.into());
    }
    let player = Player {
        user_id: query.user_id,
        app_id: operator.app_id.clone(),
    };
    ctx.tasks().progress(&player, query.act_id).await
}

/// One page of payments, newest first.
pub async fn log(ctx: &Context, operator: &Operator, query: &LogQuery) -> AppResult<Page<LogRow>> {
    let page = query.page();
    let of = (query.act_id, query.user_id);
    ctx.tasks().log(&operator.app_id, of, &page).await
}

/// Has the platform take the points of swaps that wait, and pays for them.
pub async fn settle_swaps(ctx: &Context, operator: &Operator) -> AppResult<usize> {
    let log = ctx.oplog().by(operator).await?;
    let tasks = ctx.tasks();
    let settled = tasks.settle_swaps_of(&operator.app_id, SWAPS_MAX).await?;
    // Each swap has its own transaction; this one only says who asked for them.
    let after = json!({ "settled": settled });
    let entry = Entry::new(Operation::Operate, &LOGGED, "", &(), &after)?;
    log.record(ctx.db_of(Group::Asset), entry.batch()).await?;
    Ok(settled)
}
