//! Statements while the rows of their table are on the move.
//!
//! Each slot has a row then, which says where its rows are. A statement holds that row's shared
//! lock until its transaction ends; the mover takes it exclusively, moves the rows of the slot, and
//! writes the new owner, all in one transaction. So a statement sees a slot before or after, never
//! between.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

use super::ShardError;
use super::key::ShardKey;
use super::layouts::{Layouts, slot_of};
use super::rewrite::Scanner;

/// Owner of a slot whose rows still lie where the compat rule says.
pub(crate) const UNMOVED: u16 = u16::MAX;

/// A slot whose lock this transaction holds.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Index of the table in the layouts.
    table: usize,
    slot: u16,
    owner: u16,
    /// Keys that the mover was told about.
    told: Vec<String>,
}

/// Locks the slots that the key has in these tables; answers where their rows are.
pub(crate) async fn hold(
    txn: &DatabaseTransaction,
    layouts: &Layouts,
    key: &ShardKey,
    tables: &[usize],
    is_write: bool,
    held: &mut Vec<Held>,
) -> Result<Vec<(usize, u16)>, DbErr> {
    let mut owners = Vec::with_capacity(tables.len());
    for &index in tables {
        let Some(table) = layouts.get(index) else {
            continue;
        };
        let value = table.value(key)?;
        let slot = slot_of(value);
        let known = |held: &Held| held.table == index && held.slot == slot;
        let position = match held.iter().position(known) {
            Some(position) => position,
            None => {
                let owner = lock(txn, &table.layout.table, slot).await?;
                held.push(Held {
                    table: index,
                    slot,
                    owner,
                    told: Vec::new(),
                });
                held.len() - 1
            }
        };
        let Some(entry) = held.get_mut(position) else {
            continue;
        };
        let text = value.to_text().into_owned();
        let target = table.layout.target.as_ref().map(|map| map.owner(slot));
        if is_write && target != Some(entry.owner) && !entry.told.contains(&text) {
            tell(txn, &table.layout.table, slot, &text).await?;
            entry.told.push(text);
        }
        let number = if entry.owner == UNMOVED {
            table.number(value)
        } else {
            entry.owner
        };
        owners.push((index, number));
    }
    Ok(owners)
}

async fn lock(txn: &DatabaseTransaction, table: &str, slot: u16) -> Result<u16, DbErr> {
    let backend = txn.get_database_backend();
    // MariaDB knows no FOR SHARE; SQLite locks the file, at the begin of the transaction.
    let sql = match backend {
        DbBackend::MySql => {
            "SELECT owner FROM cloudapp_shard_slot_tb WHERE table_name = ? AND slot = ? \
             LOCK IN SHARE MODE"
        }
        DbBackend::Postgres => {
            "SELECT owner FROM cloudapp_shard_slot_tb WHERE table_name = $1 AND slot = $2 FOR SHARE"
        }
        _ => "SELECT owner FROM cloudapp_shard_slot_tb WHERE table_name = ? AND slot = ?",
    };
    let values: [sea_orm::Value; 2] = [table.into(), i32::from(slot).into()];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let Some(row) = txn.query_one_raw(statement).await? else {
        return Err(ShardError::LayoutChanged.into());
    };
    let owner: i32 = row.try_get("", "owner")?;
    u16::try_from(owner).map_err(|_| ShardError::LayoutChanged.into())
}

/// Puts a key on the mover's list, in the transaction that writes its rows.
async fn tell(txn: &DatabaseTransaction, table: &str, slot: u16, key: &str) -> Result<(), DbErr> {
    let backend = txn.get_database_backend();
    let sql = match backend {
        DbBackend::MySql => {
            "INSERT IGNORE INTO cloudapp_shard_key_tb (table_name, slot, shard_key) \
             VALUES (?, ?, ?)"
        }
        DbBackend::Postgres => {
            "INSERT INTO cloudapp_shard_key_tb (table_name, slot, shard_key) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING"
        }
        _ => {
            "INSERT INTO cloudapp_shard_key_tb (table_name, slot, shard_key) VALUES (?, ?, ?) \
             ON CONFLICT DO NOTHING"
        }
    };
    let values: [sea_orm::Value; 3] = [table.into(), i32::from(slot).into(), key.into()];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    txn.execute_raw(statement).await.map(|_| ())
}

/// Whether a statement changes rows; what is not surely a plain read counts as a change.
pub(crate) fn is_write(sql: &str, backend: DbBackend) -> bool {
    !Scanner::new(sql, backend)
        .first_word()
        .eq_ignore_ascii_case("SELECT")
}
