//! The tables of the points ledger, for the database of the group `asset`.
//!
//! Names and columns are the original framework's where it had them; instants are UTC, balances
//! 64-bit integers. All but the notices belong to an owner (tenant, activity, user) and are sharded
//! by `user_id`.
//!
//! | table | a row is |
//! |---|---|
//! | `asset_owner_tb` | an owner: the head of his journal |
//! | `user_asset_tb` | a balance |
//! | `asset_log_tb` | one change of a balance; never updated |
//! | `asset_lot_tb` | what is left of a gain that expires |
//! | `asset_inventory_tb` | opening, in, out and closing of a balance on one day |
//! | `asset_warn_notice_tb` | something that an operator should look at |

mod inventory;
mod journal;
mod notice;

use crate::engine::Migration;

/// The ledger's migrations, for a module of the group `asset`.
#[must_use]
pub fn asset() -> Vec<Migration> {
    vec![
        journal::create_owners(),
        journal::create_balances(),
        journal::create_journal(),
        inventory::create_lots(),
        inventory::create_inventory(),
        notice::create(),
    ]
}
