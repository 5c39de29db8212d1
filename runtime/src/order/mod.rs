//! Shipments: what players won, on its way to their doors.
//!
//! ```text
//! winnings (prize_status 0) ─▶ one transaction: lock them, make the order, mark them ─▶ OrderRow
//! ```
//!
//! A winning is in at most one shipment: it is marked on the condition that it is free. Names,
//! telephone numbers and house addresses are encrypted ([`crate::personal`]); they are opened by
//! [`Orders::address`] only.
//!
//! | `order_status` | goes on to |
//! |---|---|
//! | 0 to be shipped | 1, 2, 3 |
//! | 1 shipped | 0 (it was a mistake), 1 (other express data), 3, 4 |
//! | 2 will not be shipped | 0, 3 |
//! | 3 refunded, 4 complete | |
//! | -2 being paid, -1 unpaid | set by whoever takes payments |
//!
//! | file | holds |
//! |---|---|
//! | `draft`, `address` | what is asked for; whom it goes to, and how that is kept |
//! | `orders`, `winnings`, `store` | shipments of players; what is in them; statements |
//! | `status` | what operators do with one |
//! | `import`, `sheet`, `export`, `reseal` | what is done to many |
//! | `read` | lists |
//! | `hooks`, `engine`, `logged` | the app's own rules; what the operation log is told |

mod address;
mod draft;
mod engine;
mod entity;
#[cfg(feature = "xlsx")]
mod export;
mod hooks;
mod import;
mod logged;
mod orders;
mod read;
mod reseal;
#[cfg(feature = "xlsx")]
mod sheet;
mod status;
mod store;
mod winnings;

pub(crate) use engine::Engine;

pub use address::Address;
pub use draft::{OrderDraft, Shipping};
pub use entity::Model as OrderRow;
pub use hooks::{Hooks, NoHooks};
pub use import::{Imported, ROWS_MAX, Tracking};
pub use logged::LOGGED;
pub use orders::{Orders, WINNINGS_MAX};
pub use read::OrderFilter;
#[cfg(feature = "xlsx")]
pub use sheet::trackings;
