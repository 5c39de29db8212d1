//! `stat_event_tb`: events that wait to be counted, in each database, so that they can be written
//! in the transaction of what they tell of.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};

use super::event::{LANES, Stored};
use super::sql;
use crate::db::statement;

const TABLE: &str = "stat_event_tb";
const COLUMNS: [&str; 16] = [
    "id",
    "lane",
    "event_key",
    "is_once",
    "app_id",
    "act_id",
    "module_id",
    "object_id",
    "user_id",
    "key_name",
    "key_value",
    "key_fraction",
    "repeat_type",
    "is_log",
    "is_user",
    "at_ms",
];

pub(super) async fn write(conn: &impl ConnectionTrait, events: &[Stored]) -> Result<(), DbErr> {
    let rows = events.iter().map(row).collect();
    sql::insert(conn, TABLE, &COLUMNS, rows, None).await
}

fn row(event: &Stored) -> Vec<Value> {
    vec![
        event.id.into(),
        i32::from(event.lane()).into(),
        event.key.as_str().into(),
        event.is_once.into(),
        event.app_id.as_str().into(),
        event.act_id.into(),
        event.module_id.into(),
        event.object_id.as_str().into(),
        event.user_id.into(),
        event.name.as_str().into(),
        event.whole.into(),
        event.billionths.into(),
        event.repeat.into(),
        event.is_log.into(),
        event.is_user.into(),
        event.at_ms.into(),
    ]
}

/// The oldest events of a lane.
pub(super) async fn read(
    conn: &impl ConnectionTrait,
    lane: u16,
    limit: usize,
) -> Result<Vec<Stored>, DbErr> {
    let sql = "SELECT id, event_key, is_once, app_id, act_id, module_id, object_id, user_id, \
               key_name, key_value, key_fraction, repeat_type, is_log, is_user, at_ms \
               FROM stat_event_tb WHERE lane = ? ORDER BY id LIMIT ?";
    let values = vec![
        i32::from(lane).into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let rows = statement::all(conn, sql, values).await?;
    rows.iter().map(stored).collect()
}

fn stored(row: &QueryResult) -> Result<Stored, DbErr> {
    Ok(Stored {
        id: row.try_get_by_index(0)?,
        key: row.try_get_by_index(1)?,
        is_once: row.try_get_by_index(2)?,
        app_id: row.try_get_by_index(3)?,
        act_id: row.try_get_by_index(4)?,
        module_id: row.try_get_by_index(5)?,
        object_id: row.try_get_by_index(6)?,
        user_id: row.try_get_by_index(7)?,
        name: row.try_get_by_index(8)?,
        whole: row.try_get_by_index(9)?,
        billionths: row.try_get_by_index(10)?,
        repeat: row.try_get_by_index(11)?,
        is_log: row.try_get_by_index(12)?,
        is_user: row.try_get_by_index(13)?,
        at_ms: row.try_get_by_index(14)?,
    })
}

/// Takes events away; how many there were.
pub(super) async fn remove(conn: &impl ConnectionTrait, events: &[Stored]) -> Result<u64, DbErr> {
    let ids = events.iter().map(|event| event.id.into()).collect();
    sql::delete(conn, TABLE, "id", ids).await
}

/// The lanes in which there are events.
pub(super) async fn lanes(conn: &impl ConnectionTrait) -> Result<Vec<u16>, DbErr> {
    let backend = conn.get_database_backend();
    let branch = |lane: u16| {
        // As a derived table, because SQLite takes a limit there only.
        format!(
            "SELECT lane FROM (SELECT lane FROM stat_event_tb WHERE lane = {lane} LIMIT 1) \
             AS l{lane}"
        )
    };
    let branches: Vec<String> = (0..LANES).map(branch).collect();
    let statement = Statement::from_string(backend, branches.join(" UNION ALL "));
    let mut lanes = Vec::new();
    for row in conn.query_all_raw(statement).await? {
        let lane: i32 = match backend {
            // Through a union SQLite forgets that the column is narrow.
            DbBackend::Sqlite => i32::try_from(row.try_get_by_index::<i64>(0)?).unwrap_or(0),
            _ => row.try_get_by_index(0)?,
        };
        lanes.extend(u16::try_from(lane).ok());
    }
    Ok(lanes)
}

/// How many events wait.
pub(super) async fn count(conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let row = statement::one(conn, "SELECT COUNT(*) FROM stat_event_tb", Vec::new()).await?;
    let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
    Ok(count
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or(0))
}
