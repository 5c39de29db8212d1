//! Taking jobs: as many as there are free places, each by one worker only.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use super::sql::Sql;

/// A job that a worker has taken.
#[derive(Clone, Debug)]
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) queue: String,
    pub(super) lane: Option<String>,
    pub(super) app_id: String,
    pub(super) payload: String,
    pub(super) attempt: u32,
    pub(super) max_attempts: u32,
    pub(super) run_no: i64,
    pub(super) is_unique: bool,
    /// Whether it was cancelled during a run that did not learn of it.
    pub(super) is_cancelled: bool,
    minus_priority: i32,
}

/// What a worker takes.
pub(super) struct Claim<'a> {
    pub(super) worker_id: i64,
    pub(super) queue: &'a str,
    /// The types that it knows.
    pub(super) names: &'a [String],
    pub(super) count: u32,
    pub(super) now: DateTime<Utc>,
}

const COLUMNS: &str = "id, name, queue, lane, app_id, payload, attempt, max_attempts, run_no, \
                       unique_key, is_cancelled, minus_priority";
const TAKE: &str = "UPDATE job_tb SET state = 'running', worker_id = ?, started_at = ?, \
                    run_no = run_no + 1, attempt = attempt + 1";

impl Claim<'_> {
    /// Takes jobs, in the order in which they are to begin. On MySQL within a transaction.
    pub(super) async fn take(&self, conn: &impl ConnectionTrait) -> Result<Vec<Claimed>, DbErr> {
        if self.names.is_empty() || self.count == 0 {
            return Ok(Vec::new());
        }
        let mut jobs = match conn.get_database_backend() {
            DbBackend::MySql => self.take_in_two(conn).await?,
            DbBackend::Postgres => self.take_by_cte(conn).await?,
            _ => self.take_at_once(conn).await?,
        };
        // What an UPDATE returns has no order.
        jobs.sort_by_key(|job| (job.minus_priority, job.id));
        Ok(jobs)
    }

    fn pick(&self, sql: Sql, columns: &str) -> Sql {
        let hint = if sql.is(DbBackend::MySql) {
            " FORCE INDEX (idx_job_claim)"
        } else {
            ""
        };
        let sql = sql.words("SELECT ").words(columns).words(" FROM job_tb");
        let words = " WHERE state = 'ready' AND queue = ? AND name";
        let sql = sql.words(hint).add(words, [self.queue.into()]);
        sql.within(self.names)
            .add(
                " ORDER BY minus_priority, id LIMIT ?",
                [i64::from(self.count).into()],
            )
            .for_update(true)
    }

    async fn take_by_cte(&self, conn: &impl ConnectionTrait) -> Result<Vec<Claimed>, DbErr> {
        // As a part of the condition, the planner could run the SELECT more than once.
        let sql = Sql::new(conn).words("WITH picked AS MATERIALIZED (");
        let sql = self.pick(sql, "id").words(") ");
        let returned = COLUMNS.replacen("id,", "job_tb.id,", 1);
        let rows = sql
            .add(TAKE, [self.worker_id.into(), self.now.into()])
            .words(" FROM picked WHERE job_tb.id = picked.id RETURNING ")
            .words(&returned)
            .all(conn)
            .await?;
        rows.iter().map(|row| claimed(row, 0)).collect()
    }

    async fn take_at_once(&self, conn: &impl ConnectionTrait) -> Result<Vec<Claimed>, DbErr> {
        let sql = Sql::new(conn)
            .add(TAKE, [self.worker_id.into(), self.now.into()])
            .words(" WHERE id IN (");
        let sql = self.pick(sql, "id").words(") RETURNING ").words(COLUMNS);
        let rows = sql.all(conn).await?;
        rows.iter().map(|row| claimed(row, 0)).collect()
    }

    async fn take_in_two(&self, conn: &impl ConnectionTrait) -> Result<Vec<Claimed>, DbErr> {
        let rows = self.pick(Sql::new(conn), COLUMNS).all(conn).await?;
        let jobs = rows.iter().map(|row| claimed(row, 1));
        let jobs: Vec<Claimed> = jobs.collect::<Result<_, _>>()?;
        if jobs.is_empty() {
            return Ok(jobs);
        }
        let ids: Vec<i64> = jobs.iter().map(|job| job.id).collect();
        Sql::new(conn)
            .add(TAKE, [self.worker_id.into(), self.now.into()])
            .words(" WHERE id")
            .within(&ids)
            .execute(conn)
            .await?;
        Ok(jobs)
    }
}

/// A row as it was read `before` its run was counted, or after.
fn claimed(row: &QueryResult, before: u32) -> Result<Claimed, DbErr> {
    let number = |name: &str| row.try_get::<i32>("", name);
    let count = |name: &str| number(name).map(|value| u32::try_from(value).unwrap_or(0));
    let unique_key: Option<String> = row.try_get("", "unique_key")?;
    Ok(Claimed {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        queue: row.try_get("", "queue")?,
        lane: row.try_get("", "lane")?,
        app_id: row.try_get("", "app_id")?,
        payload: row.try_get("", "payload")?,
        attempt: count("attempt")? + before,
        max_attempts: count("max_attempts")?,
        run_no: row.try_get::<i64>("", "run_no")? + i64::from(before),
        is_unique: unique_key.is_some(),
        is_cancelled: row.try_get("", "is_cancelled")?,
        minus_priority: number("minus_priority")?,
    })
}
