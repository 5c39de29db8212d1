//! The migration engine on SQLite, MariaDB and PostgreSQL.
#![cfg(test)]

mod support;

mod child;
mod drift;
mod history;
mod killed;
mod locking;
mod lottery;
mod names;
mod repairing;
mod resuming;
mod round_trip;
mod scenario;
mod schema_lock;
mod sharded;
mod sharding;
mod sharding_edits;
mod sharding_names;
mod slots;
mod stock;
mod task;
