//! Where the rows of the sharded tables are.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde::Serialize;

use super::ReshardError;
use super::catalog::quoted;
use crate::migrate::shard::{LayoutState, Scheme, load_layouts, physical_name};

/// A sharded table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableOverview {
    /// The logical table.
    pub table: String,
    /// The column that decides.
    pub key: String,
    /// `slot` or `compat`.
    pub scheme: &'static str,
    /// `stable` or `moving`.
    pub state: &'static str,
    /// Its physical tables.
    pub shards: Vec<ShardRows>,
    /// Rows of the largest physical table, in percent of the mean; 100 when there is no row.
    pub skew_percent: u64,
}

/// A physical table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShardRows {
    /// Its name.
    pub physical: String,
    /// Slots that it owns; 0 for a compat table.
    pub slots: usize,
    /// Its rows.
    pub rows: u64,
}

/// Counts the rows of every physical table.
///
/// # Errors
/// The database's.
pub async fn overview(conn: &DatabaseConnection) -> Result<Vec<TableOverview>, ReshardError> {
    let backend = conn.get_database_backend();
    let mut tables = Vec::new();
    for layout in load_layouts(conn).await? {
        let mut shards = Vec::new();
        let owners = match layout.state {
            LayoutState::Moving => super::store::owners(conn, &layout.table).await?,
            LayoutState::Stable => (0..1024)
                .map(|slot| (slot, layout.slots.owner(slot)))
                .collect(),
        };
        for number in layout.numbers() {
            let physical = layout.physical(number);
            let sql = format!("SELECT COUNT(*) AS n FROM {}", quoted(&physical, backend));
            let row = conn
                .query_one_raw(Statement::from_string(backend, sql))
                .await?;
            let rows: i64 = row
                .map(|row| row.try_get("", "n"))
                .transpose()?
                .unwrap_or(0);
            shards.push(ShardRows {
                physical,
                slots: match layout.scheme {
                    Scheme::Slot => owners.iter().filter(|(_, owner)| *owner == number).count(),
                    Scheme::Compat(_) => 0,
                },
                rows: u64::try_from(rows).unwrap_or(0),
            });
        }
        let total: u64 = shards.iter().map(|shard| shard.rows).sum();
        let largest = shards.iter().map(|shard| shard.rows).max().unwrap_or(0);
        let skew = (largest * 100 * shards.len() as u64).checked_div(total);
        tables.push(TableOverview {
            table: layout.table,
            key: layout.key,
            scheme: match layout.scheme {
                Scheme::Slot => "slot",
                Scheme::Compat(_) => "compat",
            },
            state: layout.state.as_str(),
            shards,
            skew_percent: skew.unwrap_or(100),
        });
    }
    Ok(tables)
}

/// The numbers of the physical tables of a logical one that are in the database.
pub(super) async fn existing(
    conn: &DatabaseConnection,
    table: &str,
) -> Result<Vec<u16>, ReshardError> {
    let backend = conn.get_database_backend();
    let sql = match backend {
        DbBackend::MySql => {
            "SELECT TABLE_NAME AS name FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE()"
        }
        DbBackend::Postgres => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    let mut numbers = Vec::new();
    for row in conn
        .query_all_raw(Statement::from_string(backend, sql))
        .await?
    {
        let name: String = row.try_get("", "name")?;
        let middle = number_in(&name, table);
        numbers.extend(middle.filter(|number| physical_name(table, *number) == name));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn number_in(name: &str, table: &str) -> Option<u16> {
    let (stem, suffix) = match table.strip_suffix("_tb") {
        Some(stem) => (stem, "_tb"),
        None => (table, ""),
    };
    let middle = name.strip_prefix(stem)?.strip_suffix(suffix)?;
    middle.strip_prefix('_')?.parse().ok()
}
