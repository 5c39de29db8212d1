//! The points ledger: against a model, under duplicates, and with everything killed around it; what
//! is done to the whole of it.

mod clean;
mod commands;
pub(crate) mod crash;
mod duplicates;
mod inventory;
mod ledger;
mod model;
mod sweep;
mod verify;
pub(crate) mod world;
