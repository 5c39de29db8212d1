//! The points ledger, as an application uses it.

mod clean;
mod inventory;
mod ledger;
mod sweep;
mod verify;
