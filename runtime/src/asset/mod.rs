//! Assets: a ledger of points, chances and coupons that neither loses nor doubles any.
//!
//! ```text
//! Change ─▶ lane ─▶ one transaction: lock owners, find keys, decide, write ─▶ Receipt
//! ```
//!
//! An *owner* (player, activity, tenant) has balances and one journal. Every change goes through
//! one primitive, [`Ledger::change_many`]: in one transaction the owner's row is locked, the
//! idempotency key looked up, the balance written on the condition that it is as it was read, and a
//! row added to the journal. Rows are numbered without a gap and chained by a keyed hash. Of an
//! owner whom this process changed last the reading is left out, as the conditions tell.
//!
//! | file | holds |
//! |---|---|
//! | `owner`, `change` | what is asked of the ledger |
//! | `rules` | limits and lifetimes by kind |
//! | `book` | the rules of a change; pure |
//! | `chain` | the hash over the journal |
//! | `statement`, `rows`, `sizes`, `store` | what is sent to the database, and found there |
//! | `memory` | what was written last, so that it need not be read again |
//! | `attempt` | a transaction |
//! | `engine`, `lanes` | attempts, and what waits for the next one |
//! | `ledger`, `read` | what services call |
//! | `hooks`, `event` | what the app adds, and is told |
//! | `walk`, `snapshot` | a whole table in order; one owner as of one moment |
//! | `verify`, `inventory`, `sweep`, `notices` | what is done to the whole ledger |

mod attempt;
mod book;
mod chain;
mod change;
mod engine;
mod entity;
mod event;
mod hooks;
mod inventory;
mod lanes;
mod ledger;
mod memory;
mod notices;
mod owner;
mod read;
mod rows;
pub(crate) mod rules;
mod sizes;
mod snapshot;
mod statement;
mod store;
mod sweep;
mod verify;
mod walk;

pub(crate) use engine::Engine;

pub(crate) use change::is_key;
pub use change::{CHANGES_MAX, Change, KEY_MAX_CHARS, LOGGED, Receipt, Source};
pub use entity::inventory::Model as Inventory;
pub use entity::journal::Model as JournalRow;
pub use entity::notice::Model as Notice;
pub use event::ASSET_CHANGED;
pub use hooks::{Hooks, NoHooks};
pub use inventory::{InventoryFilter, InventoryProgress, InventoryReport};
pub use ledger::{Grant, Ledger};
pub use owner::{Asset, Owner};
pub use read::{Holding, JournalFilter};
pub(crate) use rules::day_number;
pub use rules::{UPPER_LIMIT_DEFAULT, VALUE_MAX};
pub use sweep::SweepReport;
pub use verify::{Finding, FindingKind, VerifyOptions, VerifyProgress, VerifyReport};
