//! How background work is: who works, what waits, what is late.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DatabaseConnection, QueryResult};
use serde::Serialize;
use utoipa::ToSchema;

use super::cron::{self, Schedules};
use super::sql::Sql;
use super::{AlarmKind, LEADER};
use crate::app::Context;
use crate::config::AlarmConfig;
use crate::error::AppResult;
use crate::types::Id;

/// How background work is, over all processes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JobHealth {
    /// Whether nothing is late.
    pub ok: bool,
    /// What is late.
    pub problems: Vec<JobProblem>,
    /// Whether a process leads, which turns ticks and events into jobs.
    pub has_leader: bool,
    /// Counts the leaders: a later one has a greater number. 0 when there was none.
    pub leader_no: String,
    /// The workers that gave a sign of life lately.
    pub workers: Vec<WorkerHealth>,
    /// The queues that hold a job.
    pub queues: Vec<QueueHealth>,
    /// The app's schedules.
    pub schedules: Vec<ScheduleHealth>,
}

/// Something that is late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobProblem {
    /// `late_worker`, `late_queue` or `late_schedule`.
    pub kind: &'static str,
    /// The worker, queue or schedule.
    pub subject: String,
    /// What is wrong, in words.
    pub detail: String,
    #[serde(skip)]
    pub(super) alarm: AlarmKind,
}

/// A process that runs jobs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkerHealth {
    /// Which one.
    pub id: Id,
    /// The machine.
    pub host: String,
    /// Its number there.
    pub pid: i64,
    /// How many jobs of which queue it runs at once: JSON.
    pub queues: String,
    /// Since when it is up.
    pub started_at: DateTime<Utc>,
    /// Its last sign of life.
    pub beat_at: DateTime<Utc>,
    /// Jobs that it was running then.
    pub running: i32,
    /// Whether that is too long ago.
    pub late: bool,
}

/// What a queue holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueHealth {
    /// The name.
    pub queue: String,
    /// Jobs that wait for a worker, for their time, or in a lane.
    pub waiting: u64,
    /// Jobs that run.
    pub running: u64,
    /// Dead letters.
    pub dead: u64,
    /// For how many seconds the job waits that should have started first.
    pub oldest_s: u64,
    /// Whether that is too long.
    pub late: bool,
}

/// How a schedule is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScheduleHealth {
    /// The name.
    pub name: String,
    /// Whether it ticks.
    pub enabled: bool,
    /// When it ticks.
    pub spec: String,
    /// The last tick that became a job.
    pub last_tick: Option<DateTime<Utc>>,
    /// The next one.
    pub next_tick: Option<DateTime<Utc>>,
    /// When the last run began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the last run ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// When a run last ended well.
    pub succeeded_at: Option<DateTime<Utc>>,
    /// Why the last run failed.
    pub last_error: Option<String>,
    /// Whether the next tick is overdue.
    pub late: bool,
}

/// Looks at everything.
///
/// # Errors
/// The database's.
pub async fn health(ctx: &Context) -> AppResult<JobHealth> {
    let config = &ctx.config().alarm;
    look(ctx.db(), ctx.schedules(), config, ctx.now()).await
}

/// As [`health`], without an app that runs.
pub(crate) async fn look(
    conn: &DatabaseConnection,
    schedules: &Schedules,
    config: &AlarmConfig,
    now: DateTime<Utc>,
) -> AppResult<JobHealth> {
    let (has_leader, leader_no) = leader(conn).await?;
    let mut health = JobHealth {
        ok: true,
        problems: Vec::new(),
        has_leader,
        leader_no: leader_no.to_string(),
        workers: workers(conn, config, now).await?,
        queues: queues(conn, config, now).await?,
        schedules: of_schedules(conn, schedules, config, now).await?,
    };
    health.problems = health.find_problems(now);
    health.ok = health.problems.is_empty();
    Ok(health)
}

fn seconds(number: u64) -> TimeDelta {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    TimeDelta::try_seconds(number).unwrap_or(TimeDelta::MAX)
}

/// How many seconds an instant is past; 0 when it is to come.
fn past_s(at: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    u64::try_from((now - at).num_seconds()).unwrap_or(0)
}

async fn leader(conn: &DatabaseConnection) -> AppResult<(bool, i64)> {
    let words = "SELECT fencing, lease_until_us, {now} AS now_us FROM job_leader_tb WHERE name = ?";
    let row = Sql::new(conn).add(words, [LEADER.into()]).one(conn).await?;
    let Some(row) = row else {
        return Ok((false, 0));
    };
    let until: i64 = row.try_get("", "lease_until_us")?;
    let now: i64 = row.try_get("", "now_us")?;
    Ok((until > now, row.try_get("", "fencing")?))
}

async fn workers(
    conn: &DatabaseConnection,
    config: &AlarmConfig,
    now: DateTime<Utc>,
) -> AppResult<Vec<WorkerHealth>> {
    let words = "SELECT id, host, pid, queues, started_at, beat_at, running \
                 FROM job_worker_tb ORDER BY id";
    let mut workers = Vec::new();
    for row in Sql::new(conn).words(words).all(conn).await? {
        let beat_at: DateTime<Utc> = row.try_get("", "beat_at")?;
        workers.push(WorkerHealth {
            id: Id::new(row.try_get("", "id")?),
            host: row.try_get("", "host")?,
            pid: row.try_get("", "pid")?,
            queues: row.try_get("", "queues")?,
            started_at: row.try_get("", "started_at")?,
            beat_at,
            running: row.try_get("", "running")?,
            late: beat_at + seconds(config.worker_late_s) < now,
        });
    }
    Ok(workers)
}

/// A figure, which databases give in different types.
fn count(row: &QueryResult) -> AppResult<u64> {
    let count: i64 = row.try_get("", "n")?;
    Ok(u64::try_from(count).unwrap_or(0))
}

async fn queues(
    conn: &DatabaseConnection,
    config: &AlarmConfig,
    now: DateTime<Utc>,
) -> AppResult<Vec<QueueHealth>> {
    let words = "SELECT queue, state, COUNT(*) AS n, MIN(run_at) AS oldest FROM job_tb \
                 WHERE state IN ('ready', 'scheduled', 'parked', 'running', 'dead') \
                 GROUP BY queue, state";
    let mut queues: BTreeMap<String, QueueHealth> = BTreeMap::new();
    for row in Sql::new(conn).words(words).all(conn).await? {
        let name: String = row.try_get("", "queue")?;
        let state: String = row.try_get("", "state")?;
        let queue = queues.entry(name.clone()).or_default();
        queue.queue = name;
        match state.as_str() {
            "running" => queue.running += count(&row)?,
            "dead" => queue.dead += count(&row)?,
            _ => queue.waiting += count(&row)?,
        }
        // Those in a lane wait for others, not for a worker.
        if matches!(state.as_str(), "ready" | "scheduled") {
            let oldest: Option<DateTime<Utc>> = row.try_get("", "oldest")?;
            let oldest_s = oldest.map_or(0, |oldest| past_s(oldest, now));
            queue.oldest_s = queue.oldest_s.max(oldest_s);
        }
        queue.late = queue.oldest_s > config.queue_late_s;
    }
    Ok(queues.into_values().collect())
}

async fn of_schedules(
    conn: &DatabaseConnection,
    schedules: &Schedules,
    config: &AlarmConfig,
    now: DateTime<Utc>,
) -> AppResult<Vec<ScheduleHealth>> {
    let rows = cron::rows(conn).await?.into_iter();
    let mut rows: BTreeMap<String, _> = rows.map(|row| (row.name.clone(), row)).collect();
    let mut all = Vec::new();
    for (name, entry) in schedules.iter() {
        let row = rows.remove(name);
        let plan = &entry.plan;
        let next_tick = row.as_ref().and_then(|row| row.next_tick);
        let is_over = |next| next + seconds(config.schedule_late_s) < now;
        all.push(ScheduleHealth {
            name: name.to_owned(),
            enabled: plan.enabled,
            spec: plan.spec.clone(),
            last_tick: row.as_ref().and_then(|row| row.last_tick),
            next_tick,
            started_at: row.as_ref().and_then(|row| row.started_at),
            finished_at: row.as_ref().and_then(|row| row.finished_at),
            succeeded_at: row.as_ref().and_then(|row| row.beat_at),
            last_error: row.and_then(|row| row.last_error),
            late: plan.enabled && next_tick.is_some_and(is_over),
        });
    }
    Ok(all)
}

impl JobHealth {
    fn find_problems(&self, now: DateTime<Utc>) -> Vec<JobProblem> {
        let problem = |alarm: AlarmKind, subject: String, detail: String| JobProblem {
            kind: alarm.as_str(),
            subject,
            detail,
            alarm,
        };
        let workers = self.workers.iter().filter(|one| one.late).map(|one| {
            let subject = format!("{} ({})", one.host, one.pid);
            let silent_s = past_s(one.beat_at, now);
            let detail = format!("no sign of life for {silent_s} s");
            problem(AlarmKind::LateWorker, subject, detail)
        });
        let queues = self.queues.iter().filter(|one| one.late).map(|one| {
            let detail = format!("{} jobs wait, one for {} s", one.waiting, one.oldest_s);
            problem(AlarmKind::LateQueue, one.queue.clone(), detail)
        });
        let schedules = self.schedules.iter().filter(|one| one.late).map(|one| {
            let late_s = one.next_tick.map_or(0, |next| past_s(next, now));
            let detail = format!("its tick is {late_s} s overdue");
            problem(AlarmKind::LateSchedule, one.name.clone(), detail)
        });
        workers.chain(queues).chain(schedules).collect()
    }
}

/// Dead letters of one type since an instant.
pub(super) struct DeadLetters {
    pub(super) name: String,
    pub(super) count: u64,
}

/// Which types have dead letters that are younger than an instant.
pub(super) async fn dead_since(ctx: &Context, since: DateTime<Utc>) -> AppResult<Vec<DeadLetters>> {
    let words = "SELECT name, COUNT(*) AS n FROM job_tb \
                 WHERE state = 'dead' AND finished_at > ? GROUP BY name";
    let sql = Sql::new(ctx.db()).add(words, [since.into()]);
    let mut all = Vec::new();
    for row in sql.all(ctx.db()).await? {
        let name = row.try_get("", "name")?;
        let count = count(&row)?;
        all.push(DeadLetters { name, count });
    }
    Ok(all)
}
