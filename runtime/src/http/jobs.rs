//! Routes of operators: jobs, who runs them, and what runs by the clock.
//!
//! An operator sees the jobs of his tenant, and those that belong to none.

use axum::extract::State;
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{Done, Envelope, KeysetQuery, Path, Query, Reply, Router, Slice};
use crate::app::Context;
use crate::auth::Operator;
use crate::error::{AppError, AppResult};
use crate::http::page::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use crate::job::{self, JobFilter, JobHealth, JobRow, JobState, ScheduleHealth, WorkerHealth};
use crate::types::Id;

/// Permission to see jobs.
const READ: &str = "job.read";
/// Permission to change what becomes of them.
const WRITE: &str = "job.write";

/// All of them.
pub(super) fn routes() -> Router {
    Router::default()
        .routes(routes!(list))
        .routes(routes!(health))
        .routes(routes!(workers))
        .routes(routes!(schedules))
        .routes(routes!(run_schedule))
        .routes(routes!(one, discard))
        .routes(routes!(retry))
        .routes(routes!(cancel))
}

/// A job.
#[derive(Serialize, ToSchema)]
struct JobView {
    /// The job.
    id: Id,
    /// Its type.
    name: String,
    /// The queue that it waits in.
    queue: String,
    /// The lane that it keeps its place in.
    lane: Option<String>,
    /// The tenant; empty when it belongs to none.
    app_id: String,
    /// Jobs with a higher one go first.
    priority: i32,
    /// What has become of it.
    state: JobState,
    /// How often it was started.
    attempt: i32,
    /// How often it is tried at most.
    max_attempts: i32,
    /// When it may be, or was to be, started.
    run_at: DateTime<Utc>,
    /// At most one job of its type has this key.
    unique_key: Option<String>,
    /// The worker that has it, or had it last.
    worker_id: Option<Id>,
    /// What went wrong last.
    last_error: Option<String>,
    /// When it was added.
    created_at: DateTime<Utc>,
    /// When its last run began.
    started_at: Option<DateTime<Utc>>,
    /// When it was over.
    finished_at: Option<DateTime<Utc>>,
}

impl From<JobRow> for JobView {
    fn from(row: JobRow) -> Self {
        Self {
            priority: row.priority(),
            id: row.id,
            name: row.name,
            queue: row.queue,
            lane: row.lane,
            app_id: row.app_id,
            state: row.state,
            attempt: row.attempt,
            max_attempts: row.max_attempts,
            run_at: row.run_at,
            unique_key: row.unique_key,
            worker_id: row.worker_id,
            last_error: row.last_error,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

/// A job with what it carries.
#[derive(Serialize, ToSchema)]
struct JobDetailView {
    /// The job.
    #[serde(flatten)]
    job: JobView,
    /// Its fields: JSON.
    payload: String,
}

/// Which jobs.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct JobQuery {
    /// What has become of them.
    #[garde(skip)]
    state: Option<JobState>,
    /// The queue.
    #[garde(inner(length(chars, max = 64)))]
    queue: Option<String>,
    /// The type.
    #[garde(inner(length(chars, max = 64)))]
    name: Option<String>,
    /// The lane.
    #[garde(inner(length(chars, max = 190)))]
    lane: Option<String>,
    /// Goes on behind the row with this id: the `after` of the answer before.
    #[garde(skip)]
    after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    page_size: u64,
}

impl Default for JobQuery {
    fn default() -> Self {
        Self {
            state: None,
            queue: None,
            name: None,
            lane: None,
            after: None,
            page_size: PAGE_SIZE_DEFAULT,
        }
    }
}

/// The processes that run jobs.
#[derive(Serialize, ToSchema)]
struct WorkerList {
    /// The workers.
    workers: Vec<WorkerHealth>,
}

/// What runs by the clock.
#[derive(Serialize, ToSchema)]
struct ScheduleList {
    /// The schedules.
    schedules: Vec<ScheduleHealth>,
}

/// A job that was added.
#[derive(Serialize, ToSchema)]
struct JobAdded {
    /// The job.
    id: Id,
}

/// The job, if the operator may see it.
async fn visible(ctx: &Context, operator: &Operator, id: Id) -> AppResult<JobRow> {
    let row = ctx.jobs().get(id).await?;
    let is_his = |row: &JobRow| row.app_id.is_empty() || row.app_id == operator.app_id;
    row.filter(is_his).ok_or_else(AppError::not_found)
}

/// One part of the list of jobs, newest first
///
/// Jobs that are done are kept only if they have a unique key. Needs the permission `job.read`.
#[utoipa::path(
    get, path = "/admin/jobs", tag = "job", operation_id = "job_list", params(JobQuery),
    responses((status = 200, description = "Jobs", body = Envelope<Slice<JobView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<JobQuery>,
) -> AppResult<Reply<Slice<JobView>>> {
    operator.require(READ)?;
    let filter = JobFilter {
        state: query.state,
        queue: query.queue,
        name: query.name,
        lane: query.lane,
        app_ids: Some(vec![String::new(), operator.app_id]),
        ..JobFilter::default()
    };
    let keyset = KeysetQuery::new(query.after, query.page_size);
    let rows = ctx.jobs().list(&filter, &keyset).await?;
    Ok(Reply(rows.map(JobView::from)))
}

/// How background work is
///
/// Workers, queues and schedules, and which of them are late. Needs the permission `job.read`.
#[utoipa::path(
    get, path = "/admin/jobs/health", tag = "job", operation_id = "job_health",
    responses((status = 200, description = "How it is", body = Envelope<JobHealth>)),
)]
async fn health(State(ctx): State<Context>, operator: Operator) -> AppResult<Reply<JobHealth>> {
    operator.require(READ)?;
    Ok(Reply(job::health(&ctx).await?))
}

/// Who runs jobs
///
/// Needs the permission `job.read`.
#[utoipa::path(
    get, path = "/admin/jobs/workers", tag = "job", operation_id = "job_workers",
    responses((status = 200, description = "The workers", body = Envelope<WorkerList>)),
)]
async fn workers(State(ctx): State<Context>, operator: Operator) -> AppResult<Reply<WorkerList>> {
    operator.require(READ)?;
    let workers = job::health(&ctx).await?.workers;
    Ok(Reply(WorkerList { workers }))
}

/// What runs by the clock
///
/// Needs the permission `job.read`.
#[utoipa::path(
    get, path = "/admin/jobs/schedules", tag = "job", operation_id = "job_schedules",
    responses((status = 200, description = "The schedules", body = Envelope<ScheduleList>)),
)]
async fn schedules(
    State(ctx): State<Context>,
    operator: Operator,
) -> AppResult<Reply<ScheduleList>> {
    operator.require(READ)?;
    let schedules = job::health(&ctx).await?.schedules;
    Ok(Reply(ScheduleList { schedules }))
}

/// Run a schedule now
///
/// Besides its ticks, after those that wait. Needs the permission `job.write`.
#[utoipa::path(
    post, path = "/admin/jobs/schedules/{name}/run", tag = "job",
    operation_id = "job_run_schedule",
    params(("name" = String, Path, description = "The schedule")),
    responses((status = 200, description = "It will run", body = Envelope<JobAdded>)),
)]
async fn run_schedule(
    State(ctx): State<Context>,
    operator: Operator,
    Path(name): Path<String>,
) -> AppResult<Reply<JobAdded>> {
    operator.require(WRITE)?;
    let id = job::run_now(&ctx, &name).await?;
    tracing::info!(operator = operator.username, schedule = name, job = %id, "a schedule is run");
    Ok(Reply(JobAdded { id }))
}

/// One job
///
/// Needs the permission `job.read`.
#[utoipa::path(
    get, path = "/admin/jobs/{id}", tag = "job", operation_id = "job_one",
    params(("id" = Id, Path, description = "The job")),
    responses((status = 200, description = "The job", body = Envelope<JobDetailView>)),
)]
async fn one(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<JobDetailView>> {
    operator.require(READ)?;
    let row = visible(&ctx, &operator, id).await?;
    let payload = row.payload.clone();
    let job = JobView::from(row);
    Ok(Reply(JobDetailView { job, payload }))
}

/// Drive a dead or cancelled job again
///
/// With all of its attempts, at the end of its lane; one that waits for its time starts now. Needs
/// the permission `job.write`.
#[utoipa::path(
    post, path = "/admin/jobs/{id}/retry", tag = "job", operation_id = "job_retry",
    params(("id" = Id, Path, description = "The job")),
    responses((status = 200, description = "It will run", body = Envelope<Done>)),
)]
async fn retry(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    visible(&ctx, &operator, id).await?;
    ctx.jobs().retry(id).await?;
    tracing::info!(operator = operator.username, job = %id, "a job is driven again");
    Ok(Reply(Done))
}

/// Cancel a job
///
/// One that waits ends at once, one that runs is told to. Needs the permission `job.write`.
#[utoipa::path(
    post, path = "/admin/jobs/{id}/cancel", tag = "job", operation_id = "job_cancel",
    params(("id" = Id, Path, description = "The job")),
    responses((status = 200, description = "It is told", body = Envelope<Done>)),
)]
async fn cancel(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    visible(&ctx, &operator, id).await?;
    ctx.jobs().cancel(id).await?;
    tracing::info!(operator = operator.username, job = %id, "a job is cancelled");
    Ok(Reply(Done))
}

/// Remove a job that is over
///
/// A dead letter, a cancelled one, or one that is kept for its key. Needs the permission
/// `job.write`.
#[utoipa::path(
    delete, path = "/admin/jobs/{id}", tag = "job", operation_id = "job_discard",
    params(("id" = Id, Path, description = "The job")),
    responses((status = 200, description = "It is gone", body = Envelope<Done>)),
)]
async fn discard(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    visible(&ctx, &operator, id).await?;
    ctx.jobs().discard(id).await?;
    tracing::info!(operator = operator.username, job = %id, "a job is removed");
    Ok(Reply(Done))
}
