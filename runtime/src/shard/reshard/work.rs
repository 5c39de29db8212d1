//! Keys: those of a physical table, and those on the work list.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};

use super::ReshardError;
use super::catalog::{Columns, KeyKind};
use super::store::KEY_TABLE;
use crate::shard::key::KeyValue;
use crate::shard::layouts::slot_of;
use crate::types::Uuid;

/// Keys of one question.
pub(super) const SCAN_BATCH: u64 = 5_000;
/// Rows of one INSERT.
const INSERT_BATCH: usize = 500;

/// A key as the database's column has it.
pub(super) fn parse(text: &str, columns: &Columns) -> KeyValue {
    match text.parse() {
        Ok(number) if columns.key == KeyKind::Integer => KeyValue::Int(number),
        _ => KeyValue::Text(text.to_owned()),
    }
}

/// A key as a value to bind.
pub(super) fn bind(key: &KeyValue, columns: &Columns) -> sea_orm::Value {
    match key {
        KeyValue::Int(number) => (*number).into(),
        KeyValue::Text(text) => match text.parse::<Uuid>() {
            Ok(uuid) if columns.key == KeyKind::Uuid => uuid.into(),
            _ => text.as_str().into(),
        },
    }
}

/// The next distinct keys of a physical table, in their order.
pub(super) async fn keys_after(
    conn: &impl ConnectionTrait,
    physical: &str,
    key: &str,
    columns: &Columns,
    after: Option<&KeyValue>,
) -> Result<Vec<KeyValue>, ReshardError> {
    let mut query = Query::select();
    query
        .distinct()
        .column(key.to_owned())
        .from(physical.to_owned())
        .order_by(key.to_owned(), Order::Asc)
        .limit(SCAN_BATCH);
    if let Some(after) = after {
        query.and_where(Expr::col(key.to_owned()).gt(bind(after, columns)));
    }
    let rows = conn.query_all(&query).await?;
    let read = |row: &QueryResult| -> Result<KeyValue, ReshardError> {
        match columns.key {
            KeyKind::Text => return Ok(KeyValue::Text(row.try_get("", key)?)),
            KeyKind::Uuid => {
                let uuid: Uuid = row.try_get("", key)?;
                return Ok(KeyValue::Text(uuid.to_string()));
            }
            KeyKind::Integer => {}
        }
        let wide = row.try_get::<i64>("", key);
        let value = wide.or_else(|_| row.try_get::<i32>("", key).map(i64::from))?;
        Ok(KeyValue::Int(value))
    };
    rows.iter().map(read).collect()
}

/// Puts keys on the work list; those that are there stay.
pub(super) async fn add(
    conn: &impl ConnectionTrait,
    table: &str,
    keys: &[KeyValue],
) -> Result<(), ReshardError> {
    for keys in keys.chunks(INSERT_BATCH) {
        let mut insert = Query::insert();
        insert
            .into_table(KEY_TABLE)
            .columns(["table_name", "slot", "shard_key"]);
        for key in keys {
            insert.values_panic([
                Expr::val(table),
                Expr::val(i32::from(slot_of(key))),
                Expr::val(key.to_text().into_owned()),
            ]);
        }
        let mut conflict = OnConflict::columns(["table_name", "slot", "shard_key"]);
        insert.on_conflict(conflict.do_nothing_on(["shard_key"]).to_owned());
        conn.execute(&insert).await?;
    }
    Ok(())
}

/// The keys of a slot on the work list.
pub(super) async fn of_slot(
    conn: &impl ConnectionTrait,
    table: &str,
    slot: u16,
    columns: &Columns,
) -> Result<Vec<KeyValue>, ReshardError> {
    let query = Query::select()
        .column("shard_key")
        .from(KEY_TABLE)
        .and_where(Expr::col("table_name").eq(table))
        .and_where(Expr::col("slot").eq(i32::from(slot)))
        .to_owned();
    let mut keys = Vec::new();
    for row in conn.query_all(&query).await? {
        let text: String = row.try_get("", "shard_key")?;
        keys.push(parse(&text, columns));
    }
    Ok(keys)
}

/// Takes the keys of a slot off the work list.
pub(super) async fn remove_slot(
    conn: &impl ConnectionTrait,
    table: &str,
    slot: u16,
) -> Result<(), ReshardError> {
    let delete = Query::delete()
        .from_table(KEY_TABLE)
        .and_where(Expr::col("table_name").eq(table))
        .and_where(Expr::col("slot").eq(i32::from(slot)))
        .to_owned();
    conn.execute(&delete).await?;
    Ok(())
}
