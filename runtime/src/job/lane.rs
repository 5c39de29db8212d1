//! Lanes: a row in `job_lane_tb` is the lock under which jobs are added to a lane and handed over.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use super::entity::JobState;
use super::settle::Locking;
use super::sql::Sql;

/// Places at the end of a lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reserved {
    /// The first of them.
    pub(super) first_seq: i64,
    /// Whether nobody is before them.
    pub(super) is_free: bool,
}

/// The state of a job that may start at `run_at`, and when to look at it again.
pub(super) fn opening(
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (JobState, Option<DateTime<Utc>>) {
    if run_at <= now {
        (JobState::Ready, None)
    } else {
        (JobState::Scheduled, Some(run_at))
    }
}

/// Locks a lane, makes it if need be, and takes places at its end.
pub(super) async fn reserve(
    conn: &impl ConnectionTrait,
    lane: &str,
    count: i64,
    now: DateTime<Utc>,
) -> Result<Reserved, DbErr> {
    let insert = Sql::new(conn).add(
        "INSERT INTO job_lane_tb (name, seq, head_id, changed_at) VALUES (?, ?, NULL, ?) ",
        [lane.into(), count.into(), now.into()],
    );
    let row = if insert.is(DbBackend::MySql) {
        let words = "ON DUPLICATE KEY UPDATE seq = seq + ?, changed_at = ?";
        insert
            .add(words, [count.into(), now.into()])
            .execute(conn)
            .await?;
        let words = "SELECT seq, head_id FROM job_lane_tb WHERE name = ?";
        Sql::new(conn).add(words, [lane.into()]).one(conn).await?
    } else {
        let words = "ON CONFLICT (name) DO UPDATE SET seq = job_lane_tb.seq + ?, \
                     changed_at = excluded.changed_at RETURNING seq, head_id";
        insert.add(words, [count.into()]).one(conn).await?
    };
    let row = row.ok_or_else(|| DbErr::RecordNotFound(format!("lane {lane}")))?;
    let seq: i64 = row.try_get("", "seq")?;
    let head: Option<i64> = row.try_get("", "head_id")?;
    Ok(Reserved {
        first_seq: seq - count + 1,
        is_free: head.is_none(),
    })
}

/// Writes down whose turn it is.
pub(super) async fn set_head(
    conn: &impl ConnectionTrait,
    lane: &str,
    head: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let words = "UPDATE job_lane_tb SET head_id = ?, changed_at = ? WHERE name = ?";
    let values = [head.into(), now.into(), lane.into()];
    Sql::new(conn).add(words, values).execute(conn).await?;
    Ok(())
}

/// Locks lanes, in the order of their names; which of them were had.
pub(super) async fn lock(
    conn: &impl ConnectionTrait,
    lanes: &BTreeSet<&str>,
    locking: Locking,
) -> Result<BTreeSet<String>, DbErr> {
    let all = || lanes.iter().map(|lane| (*lane).to_owned());
    if lanes.is_empty() || conn.get_database_backend() == DbBackend::Sqlite {
        return Ok(all().collect());
    }
    let mut had = BTreeSet::new();
    let names: Vec<String> = all().collect();
    for names in names.chunks(256) {
        let rows = Sql::new(conn)
            .words("SELECT name FROM job_lane_tb WHERE name")
            .within(names)
            .words(" ORDER BY name")
            .for_update(locking == Locking::Skip)
            .all(conn)
            .await?;
        for row in rows {
            had.insert(row.try_get("", "name")?);
        }
    }
    Ok(had)
}

/// The turn of the next in a lane whose head is finished; whether there is one. The caller has
/// locked the lane.
pub(super) async fn hand_over(
    conn: &impl ConnectionTrait,
    lane: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let words = "SELECT id, run_at FROM job_tb WHERE lane = ? AND lane_seq IS NOT NULL \
                 AND state = 'parked' ORDER BY lane_seq LIMIT 1";
    // The snapshot of a job's own transaction may be older than the lock on the lane.
    let sql = Sql::new(conn).add(words, [lane.into()]);
    let next = sql.on(DbBackend::MySql, " FOR UPDATE").one(conn).await?;
    let Some(next) = next else {
        set_head(conn, lane, None, now).await?;
        return Ok(false);
    };
    let id: i64 = next.try_get("", "id")?;
    open(conn, id, next.try_get("", "run_at")?, now).await?;
    set_head(conn, lane, Some(id), now).await?;
    Ok(true)
}

/// A parked job may start.
pub(super) async fn open(
    conn: &impl ConnectionTrait,
    id: i64,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let (state, wake_at) = opening(run_at, now);
    let words = "UPDATE job_tb SET state = ?, wake_at = ? WHERE id = ? AND state = 'parked'";
    let values = [state.into(), wake_at.into(), id.into()];
    Sql::new(conn).add(words, values).execute(conn).await?;
    Ok(())
}

/// Whose turn it is.
pub(super) async fn head(conn: &impl ConnectionTrait, lane: &str) -> Result<Option<i64>, DbErr> {
    let words = "SELECT head_id FROM job_lane_tb WHERE name = ?";
    let row = Sql::new(conn).add(words, [lane.into()]).one(conn).await?;
    let head = |row: QueryResult| row.try_get::<Option<i64>>("", "head_id");
    row.map_or(Ok(None), head)
}
