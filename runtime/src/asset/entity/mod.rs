//! The ledger's tables as SeaORM sees them.

pub(crate) mod balance;
pub(crate) mod inventory;
pub(crate) mod journal;
pub(crate) mod lot;
pub(crate) mod notice;
pub(crate) mod owner;
