//! What is kept for how long: rows that nobody needs any more go, years go to the archive.

use chrono::{Datelike as _, Duration};
use sea_orm::{DbErr, Value};
use serde::Serialize;

use super::calendar::{date_of, number_of};
use super::read::quoted;
use super::service::Stats;
use super::{GROUP, archive, rows, sql};
use crate::app::Context;
use crate::db::statement;
use crate::error::AppResult;
use crate::shard::ShardKey;

/// Rows that are removed at a time.
const CHUNK: usize = 1_000;
/// Days after its end that a year is open: events may be a week old, and wait.
const YEAR_OPEN_DAYS: i64 = 15;

/// What was cleared up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StatCleaned {
    /// Rows of the log.
    pub log_rows: u64,
    /// Events that are no longer known to be counted.
    pub applied: u64,
    /// Figures of players.
    pub user_rows: u64,
    /// Figures that the archive got.
    pub archived: u64,
}

impl Stats<'_> {
    /// Removes rows that are older than `[stat]` says, of all physical tables, and writes years
    /// that have ended into the archive. The pump does this every hour.
    ///
    /// # Errors
    /// The database's.
    pub async fn clean_up(&self) -> AppResult<StatCleaned> {
        clean_up(self.ctx).await
    }
}

pub(super) async fn clean_up(ctx: &Context) -> AppResult<StatCleaned> {
    let config = &ctx.config().stat;
    let offset = ctx.config().tenant.offset()?;
    let today = date_of(ctx.now(), offset);
    let day_before = |days: u32| number_of(today - Duration::days(i64::from(days)));
    let mut cleaned = StatCleaned::default();
    for repeat in [0, 1] {
        let old = Old {
            table: rows::LOG,
            condition: "repeat_type = ? AND create_day < ?",
            values: vec![repeat.into(), day_before(config.log_days).into()],
        };
        cleaned.log_rows += remove(ctx, &old).await?;
    }
    if config.user_days > 0 {
        let old = Old {
            table: rows::USER,
            condition: "create_day < ?",
            values: vec![day_before(config.user_days).into()],
        };
        cleaned.user_rows = remove(ctx, &old).await?;
    }
    let before = ctx.now() - Duration::days(i64::from(config.applied_days));
    cleaned.applied = forget(ctx, before.timestamp_millis()).await?;
    let last = (today - Duration::days(YEAR_OPEN_DAYS)).year() - 1;
    cleaned.archived = archive::archive(ctx, last, config.remove_archived).await?;
    Ok(cleaned)
}

/// Rows of a sharded table that are to go.
struct Old {
    table: &'static str,
    condition: &'static str,
    values: Vec<Value>,
}

/// Removes them from every physical table.
async fn remove(ctx: &Context, old: &Old) -> AppResult<u64> {
    let mut total = 0;
    loop {
        let found = find(ctx, old).await?;
        if found.is_empty() {
            return Ok(total);
        }
        let mut gone = 0;
        for (key, ids) in found {
            let conn = ctx.shard_of(GROUP, &key);
            gone += sql::delete(&conn, old.table, "id", ids).await?;
        }
        // What somebody else removes meanwhile does not come up again; what moves does, later.
        if gone == 0 {
            return Ok(total);
        }
        total += gone;
    }
}

/// Some of them, by the key of their table.
async fn find(ctx: &Context, old: &Old) -> AppResult<Vec<(ShardKey, Vec<Value>)>> {
    let scatter = ctx.scatter_of(GROUP);
    let placement = scatter.placement(old.table).await?;
    let mut found: std::collections::BTreeMap<u16, (ShardKey, Vec<Value>)> = Default::default();
    for number in placement.numbers() {
        for (id, app_id, act_id, user_id) in select(ctx, old, number).await? {
            let key = super::apply::place(&app_id, act_id, user_id);
            let at = placement.number_of(&key).map_err(DbErr::from)?;
            let shelf = found.entry(at).or_insert_with(|| (key, Vec::new()));
            shelf.1.push(id.into());
        }
    }
    Ok(found.into_values().collect())
}

type Row = (i64, String, i64, i64);

async fn select(ctx: &Context, old: &Old, number: u16) -> Result<Vec<Row>, DbErr> {
    let db = ctx.db_of(GROUP);
    let table = crate::migrate::physical_name(old.table, number);
    let table = quoted(&table, db.get_database_backend());
    let sql = format!(
        "SELECT id, app_id, act_id, user_id FROM {table} WHERE {} LIMIT {CHUNK}",
        old.condition
    );
    let rows = statement::all(db, &sql, old.values.clone()).await?;
    let row = |row: &sea_orm::QueryResult| {
        Ok((
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
            row.try_get_by_index(3)?,
        ))
    };
    rows.iter().map(row).collect()
}

/// Forgets events that were counted before a time.
async fn forget(ctx: &Context, before_ms: i64) -> AppResult<u64> {
    let db = ctx.db_of(GROUP);
    let mut total = 0;
    loop {
        let sql = "SELECT event_key FROM stat_applied_tb WHERE applied_ms < ? LIMIT 1000";
        let found = statement::all(db, sql, vec![before_ms.into()]).await?;
        let keys = found.iter().map(|row| row.try_get_by_index::<String>(0));
        let keys = keys.map(|key| key.map(Value::from));
        let keys: Vec<Value> = keys.collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Ok(total);
        }
        total += sql::delete(db, rows::APPLIED, "event_key", keys).await?;
    }
}
