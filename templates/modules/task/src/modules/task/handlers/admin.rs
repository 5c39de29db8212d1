//! Routes of operators: the tasks of their tenant, and how players stand.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::task::dto::{
    AdminView, CopyInput, LogQuery, LogView, ProgressQuery, ProgressView, ReleaseInput,
    SettledView, SortInput, TaskInput, TaskQuery,
};
use crate::modules::task::{READ, WRITE, service};

/// All of them.
pub fn routes() -> Router {
    Router::new()
        .routes(routes!(list, create))
        .routes(routes!(log))
        .routes(routes!(progress))
        .routes(routes!(copy))
        .routes(routes!(settle_swaps))
        .routes(routes!(sort))
        .routes(routes!(get, replace, remove))
        .routes(routes!(release))
        .routes(routes!(restore))
}

/// One page of tasks, in the operator's order.
#[utoipa::path(
    get,
    path = "/admin/tasks",
    tag = "Tasks",
    params(TaskQuery),
    responses((status = 200, body = Envelope<Page<AdminView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<TaskQuery>,
) -> AppResult<Reply<Page<AdminView>>> {
    operator.require(READ)?;
    let rows = service::list(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(AdminView::from)))
}

/// Creates a task. What is wrong with its `config` is said with its place.
#[utoipa::path(
    post,
    path = "/admin/tasks",
    tag = "Tasks",
    request_body = TaskInput,
    responses((status = 201, body = Envelope<AdminView>)),
)]
async fn create(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<TaskInput>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::create(&ctx, &operator, input).await?;
    Ok(Reply::created(row.into()))
}

/// One page of payments, newest first, where `task.log` is on.
#[utoipa::path(
    get,
    path = "/admin/tasks/log",
    tag = "Tasks",
    params(LogQuery),
    responses((status = 200, body = Envelope<Page<LogView>>)),
)]
async fn log(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<LogQuery>,
) -> AppResult<Reply<Page<LogView>>> {
    operator.require(READ)?;
    let rows = service::log(&ctx, &operator, &query).await?;
    Ok(Reply(rows.map(LogView::from)))
}

/// How a player stands with the tasks of an activity, and why nothing more counts.
#[utoipa::path(
    get,
    path = "/admin/tasks/progress",
    tag = "Tasks",
    params(ProgressQuery),
    responses(
        (status = 200, body = Envelope<Vec<ProgressView>>),
        (status = 404, description = "`no_user`: the tenant has no such player"),
    ),
)]
async fn progress(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<ProgressQuery>,
) -> AppResult<Reply<Vec<ProgressView>>> {
    operator.require(READ)?;
    let rows = service::progress(&ctx, &operator, &query).await?;
    Ok(Reply(rows.into_iter().map(ProgressView::from).collect()))
}

/// Copies the tasks of an activity to another one, where they are not released.
#[utoipa::path(
    post,
    path = "/admin/tasks/copy",
    tag = "Tasks",
    request_body = CopyInput,
    responses((status = 200, body = Envelope<Vec<AdminView>>)),
)]
async fn copy(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<CopyInput>,
) -> AppResult<Reply<Vec<AdminView>>> {
    operator.require(WRITE)?;
    let rows = service::copy(&ctx, &operator, &input).await?;
    Ok(Reply(rows.into_iter().map(AdminView::from).collect()))
}

/// Has the platform take the points of swaps that still wait, and pays for them.
#[utoipa::path(
    post,
    path = "/admin/tasks/settle-swaps",
    tag = "Tasks",
    responses((status = 200, body = Envelope<SettledView>)),
)]
async fn settle_swaps(
    State(ctx): State<Context>,
    operator: Operator,
) -> AppResult<Reply<SettledView>> {
    operator.require(WRITE)?;
    let settled = service::settle_swaps(&ctx, &operator).await? as u64;
    Ok(Reply(SettledView { settled }))
}

/// Gives tasks their places, all or none.
#[utoipa::path(
    post,
    path = "/admin/tasks/sort",
    tag = "Tasks",
    request_body = SortInput,
    responses((status = 200, body = Envelope<Done>)),
)]
async fn sort(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<SortInput>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::sort(&ctx, &operator, &input).await?;
    Ok(Reply(Done))
}

/// One task.
#[utoipa::path(
    get,
    path = "/admin/tasks/{id}",
    tag = "Tasks",
    params(("id" = Id, Path, description = "Id of the task")),
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn get(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminView>> {
    operator.require(READ)?;
    let row = service::get(&ctx, &operator, id).await?;
    Ok(Reply(row.into()))
}

/// Replaces what a task is; its activity, module and type stay.
#[utoipa::path(
    put,
    path = "/admin/tasks/{id}",
    tag = "Tasks",
    params(("id" = Id, Path, description = "Id of the task")),
    request_body = TaskInput,
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn replace(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<TaskInput>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::replace(&ctx, &operator, id, input).await?;
    Ok(Reply(row.into()))
}

/// Removes a task; what players did of it stays.
#[utoipa::path(
    delete,
    path = "/admin/tasks/{id}",
    tag = "Tasks",
    params(("id" = Id, Path, description = "Id of the task")),
    responses((status = 200, body = Envelope<Done>)),
)]
async fn remove(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    service::remove(&ctx, &operator, id, true).await?;
    Ok(Reply(Done))
}

/// Shows a task to players, or hides it.
#[utoipa::path(
    post,
    path = "/admin/tasks/{id}/release",
    tag = "Tasks",
    params(("id" = Id, Path, description = "Id of the task")),
    request_body = ReleaseInput,
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn release(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
    Json(input): Json<ReleaseInput>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::release(&ctx, &operator, id, input.is_release).await?;
    Ok(Reply(row.into()))
}

/// Brings a task back that was removed.
#[utoipa::path(
    post,
    path = "/admin/tasks/{id}/restore",
    tag = "Tasks",
    params(("id" = Id, Path, description = "Id of the task")),
    responses((status = 200, body = Envelope<AdminView>)),
)]
async fn restore(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<AdminView>> {
    operator.require(WRITE)?;
    let row = service::remove(&ctx, &operator, id, false).await?;
    Ok(Reply(row.into()))
}
