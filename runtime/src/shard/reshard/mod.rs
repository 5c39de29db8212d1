//! Moves the rows of a sharded table to more or fewer physical tables while the app runs.
//!
//! ```text
//! announce ─▶ settle ─▶ scan ─▶ move slot by slot ─▶ sweep ─▶ finish ─▶ settle ─▶ clean up
//! ```
//!
//! - *announce*: the new tables are made; the layout row says `moving`; each slot gets a row.
//! - *settle*: longer than anybody may use a layout ([`LEASE`]), then until every
//!   transaction has ended that wrote before. From here on each statement of the app holds the lock
//!   of its slot, and puts the keys that it writes on the work list.
//! - *scan*: the keys that were there before are put on the work list.
//! - *move*: a slot's lock, its rows copied, compared column by column, deleted, its new owner
//!   written: one transaction. Only statements on that slot wait, for as long as that takes.
//! - *sweep*: every table is searched for keys that belong elsewhere; they are moved too.
//! - *finish*: the layout row holds the new map.
//!
//! Each step can be done twice: who is killed is finished by the next run. A lock makes sure that
//! one process moves or migrates at a time.

mod catalog;
mod error;
mod mover;
mod overview;
mod sql;
mod store;
mod work;

use std::time::Duration;

use sea_orm::DatabaseConnection;

use super::layouts::LEASE;
use crate::migrate::shard::{Layout, LayoutState, Scheme, SlotMap};
use crate::migrate::{Options, SchemaLock, create_like};

pub use error::ReshardError;
pub use overview::{ShardRows, TableOverview, overview};

use mover::Mover;
use store::Phase;

/// What is going on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Waiting until every process knows that rows will move.
    Settling,
    /// Putting keys on the work list.
    Scanning {
        /// The physical table.
        table: String,
        /// Keys of it so far.
        keys: u64,
    },
    /// Moving slots.
    Moving {
        /// Slots that are where they shall be.
        done: usize,
        /// All slots that had to move.
        slots: usize,
        /// Rows moved by this run.
        rows: u64,
    },
    /// Searching for rows that belong elsewhere.
    Sweeping {
        /// The physical table.
        table: String,
    },
}

/// What a run did, counted row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// The logical table.
    pub table: String,
    /// Physical tables now.
    pub count: u16,
    /// Slots that this run moved.
    pub slots: usize,
    /// Rows that were to be moved.
    pub processed: u64,
    /// Rows that arrived with the same value in every column.
    pub matching: u64,
    /// Rows that arrived with another value. Always 0: such a slot is left where it is.
    pub mismatched: u64,
    /// Rows found at the destination that were not sent. Always 0, as above.
    pub extra: u64,
    /// Rows that did not arrive. Always 0, as above.
    pub missing: u64,
    /// Longest time, in milliseconds, that one slot was locked.
    pub longest_lock_ms: u64,
}

/// How to move.
pub struct Plan<'a> {
    /// The database.
    pub conn: &'a DatabaseConnection,
    /// For the lock that keeps others from migrating meanwhile.
    pub options: &'a Options,
    /// How long statements of the app may wait for a connection.
    pub patience: Duration,
    /// Is told what is going on.
    pub progress: &'a (dyn Fn(&Progress) + Send + Sync),
}

impl Plan<'_> {
    fn settle_time(&self) -> Duration {
        LEASE + self.patience + Duration::from_secs(1)
    }
}

/// Moves a table to `to` physical tables; a `compat` table comes to slots by it. Goes on with what
/// an interrupted run left.
///
/// # Errors
/// Refused before anything is done: the table has no layout, another move of it is under way,
/// another process migrates or moves. Later: the database's errors; a row that arrived differently.
/// Nothing is lost then: call again.
pub async fn reshard(plan: &Plan<'_>, table: &str, to: u16) -> Result<Summary, ReshardError> {
    if !(1..=crate::config::SHARD_COUNT_MAX).contains(&to) {
        return Err(ReshardError::Count { to });
    }
    locked(plan, table, Goal::To(to)).await
}

/// Brings back what an interrupted or running move has moved, and forgets the rest.
///
/// # Errors
/// As [`reshard`]; no move is under way.
pub async fn abort(plan: &Plan<'_>, table: &str) -> Result<Summary, ReshardError> {
    locked(plan, table, Goal::Back).await
}

#[derive(Clone, Copy)]
enum Goal {
    To(u16),
    Back,
}

async fn locked(plan: &Plan<'_>, table: &str, goal: Goal) -> Result<Summary, ReshardError> {
    let lock = SchemaLock::try_acquire(plan.conn, plan.options).await?;
    let lock = lock.ok_or_else(|| ReshardError::Busy {
        table: table.to_owned(),
    })?;
    let outcome = run(plan, &lock, table, goal).await;
    lock.release().await?;
    outcome
}

async fn run(
    plan: &Plan<'_>,
    lock: &SchemaLock,
    table: &str,
    goal: Goal,
) -> Result<Summary, ReshardError> {
    let layout = store::layout(plan.conn, table).await?;
    let (layout, phase) = match (goal, layout.state) {
        (Goal::To(to), LayoutState::Stable) => {
            if layout.count == to && layout.scheme == Scheme::Slot {
                // Perhaps an earlier run was killed before it had cleaned up.
                if mover::is_anything_left(plan, &layout).await? {
                    mover::settle(plan).await;
                    mover::clean_up(plan, lock, &layout).await?;
                }
                return Ok(summary_of(&layout));
            }
            let target = match layout.scheme {
                Scheme::Slot => layout.slots.resized(to),
                Scheme::Compat(_) => SlotMap::even(to),
            };
            announce(plan, layout, target).await?
        }
        (Goal::To(to), LayoutState::Moving) => {
            let target = layout.target.as_ref().map_or(0, |map| map.numbers().len());
            if target != usize::from(to) {
                return Err(ReshardError::OtherTarget {
                    table: table.to_owned(),
                    target,
                });
            }
            let phase = store::phase(&layout);
            (layout, phase)
        }
        (Goal::Back, LayoutState::Stable) => {
            return Err(ReshardError::NothingToAbort {
                table: table.to_owned(),
            });
        }
        (Goal::Back, LayoutState::Moving) if layout.scheme != Scheme::Slot => {
            return leave_compat(plan, lock, layout).await;
        }
        (Goal::Back, LayoutState::Moving) => turn_back(plan, layout).await?,
    };
    let mover = Mover::new(plan, lock, layout).await?;
    mover.run(phase).await
}

fn summary_of(layout: &Layout) -> Summary {
    Summary {
        table: layout.table.clone(),
        count: layout.count,
        ..Summary::default()
    }
}

/// Makes the new tables and tells everybody.
async fn announce(
    plan: &Plan<'_>,
    layout: Layout,
    target: SlotMap,
) -> Result<(Layout, Phase), ReshardError> {
    let known = layout.numbers();
    let new: Vec<u16> = target.numbers();
    let new: Vec<u16> = new.into_iter().filter(|one| !known.contains(one)).collect();
    let backend = plan.conn.get_database_backend();
    create_like(plan.conn, backend, &layout, &new).await?;
    let layout = store::announce(plan.conn, layout, target).await?;
    Ok((layout, Phase::Announced))
}

/// Makes the old map the target, and the new one what is given up.
async fn turn_back(plan: &Plan<'_>, layout: Layout) -> Result<(Layout, Phase), ReshardError> {
    let is_turned = layout.slots.numbers().len() != usize::from(layout.count);
    if is_turned {
        let phase = store::phase(&layout);
        return Ok((layout, phase));
    }
    let layout = store::turn_back(plan.conn, layout).await?;
    Ok((layout, Phase::Announced))
}

/// Gives up a move from the original's rule, as long as no slot has arrived: the rule cannot say
/// which slots it owns.
async fn leave_compat(
    plan: &Plan<'_>,
    lock: &SchemaLock,
    layout: Layout,
) -> Result<Summary, ReshardError> {
    if store::is_any_moved(plan.conn, &layout).await? {
        return Err(ReshardError::CompatMoved {
            table: layout.table,
        });
    }
    let layout = store::give_up(plan.conn, layout).await?;
    mover::settle(plan).await;
    mover::clean_up(plan, lock, &layout).await?;
    Ok(summary_of(&layout))
}
