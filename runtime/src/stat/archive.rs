//! Years that have ended: their figures in one row each, with or without their hours.
//!
//! An activity's year is one transaction. Done again it comes to the same: while the hours are
//! there, the row is written anew; once they are removed, what comes late is added.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbErr,
    EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryResult,
};

use super::GROUP;
use super::apply::place;
use super::entity::archive::{ActiveModel, Column, Entity, Model};
use super::read::{quoted, sum_at, summed};
use super::rows;
use super::value::Sum;
use crate::app::Context;
use crate::db::{self, Transaction, statement};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::{DateTime, Id, Utc};

/// The years of an activity.
type Part = (String, i64, i32);

/// Writes the years up to `last` into the archive; how many figures.
pub(super) async fn archive(ctx: &Context, last: i32, removes: bool) -> AppResult<u64> {
    let mut total = 0;
    for part in parts(ctx, last).await? {
        if !removes && is_written(ctx, &part).await? {
            continue;
        }
        total += one(ctx, &part, removes).await?;
    }
    Ok(total)
}

/// Activities and years of which there are hours.
async fn parts(ctx: &Context, last: i32) -> AppResult<Vec<Part>> {
    let db = ctx.db_of(GROUP);
    let backend = db.get_database_backend();
    let mut parts = std::collections::BTreeSet::new();
    for number in ctx.scatter_of(GROUP).numbers(rows::REPORT).await? {
        let table = crate::migrate::physical_name(rows::REPORT, number);
        let sql = format!(
            "SELECT DISTINCT app_id, act_id, create_year FROM {} WHERE create_year <= ?",
            quoted(&table, backend)
        );
        for row in statement::all(db, &sql, vec![last.into()]).await? {
            let part: Part = (
                row.try_get_by_index(0)?,
                row.try_get_by_index(1)?,
                row.try_get_by_index(2)?,
            );
            parts.insert(part);
        }
    }
    Ok(parts.into_iter().collect())
}

/// Whether the archive has the year of the activity: nothing comes later than it is written.
async fn is_written(ctx: &Context, (app_id, act_id, year): &Part) -> AppResult<bool> {
    let row = Entity::find()
        .filter(Column::AppId.eq(app_id))
        .filter(Column::ActId.eq(*act_id))
        .filter(Column::CreateYear.eq(*year));
    Ok(row.one(ctx.db_of(GROUP)).await?.is_some())
}

async fn one(ctx: &Context, part: &Part, removes: bool) -> AppResult<u64> {
    let (app_id, act_id, _) = part;
    let conn = ctx.shard_of(GROUP, &place(app_id, *act_id, 0));
    let count = figures(&conn, part).await?.len();
    let mut ids = Vec::with_capacity(count);
    for _ in 0..count {
        // In the transaction there must be no waiting for ids.
        ids.push(ctx.next_id().await?);
    }
    db::transaction(&conn, |txn| {
        let ids = ids.clone();
        Box::pin(async move { write(ctx, txn, part, removes, ids).await })
    })
    .await
}

type Name = (i64, String, String);

async fn figures(
    conn: &impl ConnectionTrait,
    (app_id, act_id, year): &Part,
) -> Result<BTreeMap<Name, Sum>, AppError> {
    let backend = conn.get_database_backend();
    let sql = format!(
        "SELECT module_id, object_id, key_name, {} FROM {} WHERE create_year = ? AND act_id = ? \
         AND app_id = ? GROUP BY module_id, object_id, key_name",
        summed(backend),
        quoted(rows::REPORT, backend)
    );
    let values = vec![(*year).into(), (*act_id).into(), app_id.as_str().into()];
    let found = statement::all(conn, &sql, values).await?;
    let name = |row: &QueryResult| -> Result<Name, DbErr> {
        Ok((
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
        ))
    };
    let figures = found.iter().map(|row| Ok((name(row)?, sum_at(row, 3)?)));
    figures.collect()
}

async fn write(
    ctx: &Context,
    txn: &Transaction<'_>,
    part: &Part,
    removes: bool,
    ids: Vec<Id>,
) -> AppResult<u64> {
    let (app_id, act_id, year) = part;
    let known = Entity::find()
        .filter(Column::AppId.eq(app_id))
        .filter(Column::ActId.eq(*act_id))
        .filter(Column::CreateYear.eq(*year));
    let known = known.all(txn).await?.into_iter();
    let mut known: BTreeMap<Name, Model> = known
        .map(|row| {
            let name = (row.module_id.get(), row.object_id.clone());
            ((name.0, name.1, row.key_name.clone()), row)
        })
        .collect();
    let mut ids = ids.into_iter();
    let mut count = 0;
    for (name, sum) in figures(txn, part).await? {
        match known.remove(&name) {
            Some(old) => again(txn, old, sum, removes).await?,
            None => {
                // A figure that came between has its row the next time.
                let id = ids.next().ok_or(ErrorCode::BUSY)?;
                let row = new(id, part, name, sum, removes, ctx.now())?;
                row.into_active_model().insert(txn).await?;
            }
        }
        count += 1;
    }
    if removes {
        let table = quoted(rows::REPORT, txn.get_database_backend());
        let sql =
            format!("DELETE FROM {table} WHERE create_year = ? AND act_id = ? AND app_id = ?");
        let values = vec![(*year).into(), (*act_id).into(), app_id.as_str().into()];
        statement::execute(txn, &sql, values).await?;
    }
    Ok(count)
}

/// Writes a figure that the archive has: anew, or more of it when its hours are gone.
async fn again(txn: &Transaction<'_>, old: Model, mut sum: Sum, removes: bool) -> AppResult<()> {
    if old.is_removed {
        sum += Sum {
            whole: old.key_value.into(),
            billionths: old.key_fraction.into(),
            count: old.event_count.into(),
        };
    }
    let [whole, billionths, events] = sum.columns()?;
    let is_removed = removes || old.is_removed;
    let mut row: ActiveModel = old.into_active_model();
    row.key_value = Set(whole);
    row.key_fraction = Set(billionths);
    row.event_count = Set(events);
    row.is_removed = Set(is_removed);
    row.update(txn).await?;
    Ok(())
}

fn new(
    id: Id,
    (app_id, act_id, year): &Part,
    (module_id, object_id, key_name): Name,
    sum: Sum,
    is_removed: bool,
    created_at: DateTime<Utc>,
) -> AppResult<Model> {
    let [key_value, key_fraction, event_count] = sum.columns()?;
    Ok(Model {
        id,
        app_id: app_id.clone(),
        act_id: Id::new(*act_id),
        module_id: Id::new(module_id),
        object_id,
        key_name,
        key_value,
        key_fraction,
        event_count,
        create_year: *year,
        is_removed,
        created_at,
    })
}
