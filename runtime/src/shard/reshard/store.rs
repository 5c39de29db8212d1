//! What a move keeps in the database: the layout row, the rows of the slots.

use sea_orm::sea_query::{Expr, ExprTrait as _, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait as _};
use serde::{Deserialize, Serialize};

use super::ReshardError;
use crate::db::transaction_options;
use crate::migrate::shard::{Layout, LayoutState, SLOTS, Scheme, SlotMap, load_layouts};
use crate::shard::moving::UNMOVED;

pub(super) const LAYOUT_TABLE: &str = "cloudapp_shard_tb";
pub(super) const SLOT_TABLE: &str = "cloudapp_shard_slot_tb";
pub(super) const KEY_TABLE: &str = "cloudapp_shard_key_tb";

/// Rows of one INSERT.
const BATCH: usize = 256;

/// How far a move is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase")]
pub(super) enum Phase {
    /// Not everybody may know yet.
    Announced,
    /// The keys of the tables before `number` are on the work list, and of this one those up to
    /// `after`.
    Scan { number: u16, after: Option<String> },
    /// All keys are on the work list.
    Move,
}

/// The layout of a table.
pub(super) async fn layout(conn: &DatabaseConnection, table: &str) -> Result<Layout, ReshardError> {
    let layouts = load_layouts(conn).await?;
    let known: Vec<String> = layouts.iter().map(|one| one.table.clone()).collect();
    let found = layouts.into_iter().find(|one| one.table == table);
    found.ok_or_else(|| ReshardError::Unknown {
        table: table.to_owned(),
        known: if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        },
    })
}

/// How far the move of a layout is.
pub(super) fn phase(layout: &Layout) -> Phase {
    let stored = layout.progress.as_deref();
    let stored = stored.and_then(|text| serde_json::from_str(text).ok());
    stored.unwrap_or(Phase::Announced)
}

/// Writes how far it is.
pub(super) async fn set_phase(
    conn: &impl ConnectionTrait,
    table: &str,
    phase: &Phase,
) -> Result<(), ReshardError> {
    let text = serde_json::to_string(phase).unwrap_or_default();
    let update = Query::update()
        .table(LAYOUT_TABLE)
        .value("progress", text)
        .and_where(Expr::col("table_name").eq(table))
        .to_owned();
    conn.execute(&update).await?;
    Ok(())
}

/// Says that the rows of a table are on their way, and gives each slot its row.
pub(super) async fn announce(
    conn: &DatabaseConnection,
    layout: Layout,
    target: SlotMap,
) -> Result<Layout, ReshardError> {
    let txn = conn.begin_with_options(transaction_options()).await?;
    forget_rows(&txn, &layout.table).await?;
    let slots: Vec<u16> = (0..u16::try_from(SLOTS).unwrap_or(u16::MAX)).collect();
    for slots in slots.chunks(BATCH) {
        let mut insert = Query::insert();
        insert
            .into_table(SLOT_TABLE)
            .columns(["table_name", "slot", "owner", "version"]);
        for slot in slots {
            let owner = match layout.scheme {
                Scheme::Slot => layout.slots.owner(*slot),
                Scheme::Compat(_) => UNMOVED,
            };
            insert.values_panic([
                Expr::val(layout.table.as_str()),
                Expr::val(i32::from(*slot)),
                Expr::val(i32::from(owner)),
                Expr::val(layout.version),
            ]);
        }
        txn.execute(&insert).await?;
    }
    let layout = point(&txn, layout, target).await?;
    txn.commit().await?;
    Ok(layout)
}

/// Gives a move that is under way the old map as its end. Both maps stay known, because rows are in
/// the tables of both.
pub(super) async fn turn_back(
    conn: &DatabaseConnection,
    mut layout: Layout,
) -> Result<Layout, ReshardError> {
    let back = layout.slots.clone();
    if let Some(given_up) = layout.target.take() {
        layout.slots = given_up;
    }
    point(conn, layout, back).await
}

async fn point(
    conn: &impl ConnectionTrait,
    mut layout: Layout,
    target: SlotMap,
) -> Result<Layout, ReshardError> {
    layout.state = LayoutState::Moving;
    layout.progress = serde_json::to_string(&Phase::Announced).ok();
    layout.target = Some(target);
    write(conn, layout).await
}

/// Says that all rows are where the target has them.
pub(super) async fn finish(
    conn: &DatabaseConnection,
    mut layout: Layout,
) -> Result<Layout, ReshardError> {
    let target = layout.target.take().unwrap_or_else(|| layout.slots.clone());
    layout.count = u16::try_from(target.numbers().len()).unwrap_or(layout.count);
    layout.slots = target;
    layout.scheme = Scheme::Slot;
    layout.state = LayoutState::Stable;
    layout.progress = None;
    write(conn, layout).await
}

/// Gives a move up of which nothing has arrived.
pub(super) async fn give_up(
    conn: &DatabaseConnection,
    mut layout: Layout,
) -> Result<Layout, ReshardError> {
    layout.target = None;
    layout.state = LayoutState::Stable;
    layout.progress = None;
    write(conn, layout).await
}

async fn write(conn: &impl ConnectionTrait, mut layout: Layout) -> Result<Layout, ReshardError> {
    let update = Query::update()
        .table(LAYOUT_TABLE)
        .value("scheme", layout.scheme.encode())
        .value("version", layout.version + 1)
        .value("state", layout.state.as_str())
        .value("count", i32::from(layout.count))
        .value("slots", layout.slots.encode())
        .value("target", layout.target.as_ref().map(SlotMap::encode))
        .value("progress", layout.progress.clone())
        .and_where(Expr::col("table_name").eq(layout.table.as_str()))
        .and_where(Expr::col("version").eq(layout.version))
        .to_owned();
    if conn.execute(&update).await?.rows_affected() != 1 {
        return Err(ReshardError::Busy {
            table: layout.table,
        });
    }
    layout.version += 1;
    Ok(layout)
}

/// Where each slot's rows are.
pub(super) async fn owners(
    conn: &impl ConnectionTrait,
    table: &str,
) -> Result<Vec<(u16, u16)>, ReshardError> {
    let query = Query::select()
        .columns(["slot", "owner"])
        .from(SLOT_TABLE)
        .and_where(Expr::col("table_name").eq(table))
        .order_by("slot", Order::Asc)
        .to_owned();
    let mut owners = Vec::with_capacity(SLOTS);
    for row in conn.query_all(&query).await? {
        let slot: i32 = row.try_get("", "slot")?;
        let owner: i32 = row.try_get("", "owner")?;
        owners.push((
            u16::try_from(slot).unwrap_or(u16::MAX),
            u16::try_from(owner).unwrap_or(UNMOVED),
        ));
    }
    Ok(owners)
}

/// Whether some slot of a compat table has arrived.
pub(super) async fn is_any_moved(
    conn: &DatabaseConnection,
    layout: &Layout,
) -> Result<bool, ReshardError> {
    let owners = owners(conn, &layout.table).await?;
    Ok(owners.iter().any(|(_, owner)| *owner != UNMOVED))
}

/// Forgets the rows of the slots and the work list of a table.
pub(super) async fn forget_rows(
    conn: &impl ConnectionTrait,
    table: &str,
) -> Result<(), ReshardError> {
    for from in [SLOT_TABLE, KEY_TABLE] {
        let delete = Query::delete()
            .from_table(from)
            .and_where(Expr::col("table_name").eq(table))
            .to_owned();
        conn.execute(&delete).await?;
    }
    Ok(())
}
