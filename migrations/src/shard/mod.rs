//! Sharded tables: how keys spread over physical tables, and where that is written.
//!
//! A sharded table has a logical name (`user_asset_tb`), a key column, a [`Scheme`] and a
//! [`Layout`]: a row in the database where its physical tables live (`user_asset_0_tb` …). Neither
//! a table nor a view bears the logical name, so a statement without a key always fails.
//!
//! This module is the model; [`Migrator::sharded`](crate::Migrator::sharded) makes migrations of
//! the declared tables reach every physical one.

mod layout;
mod scheme;
mod slots;
mod tables;

pub use layout::{Layout, LayoutState, ShardSpec, load_layouts, physical_name};
pub use scheme::{CompatRule, Scheme, md5_int};
pub use slots::{SLOTS, SlotMap, slot_of_int, slot_of_text};
pub use tables::shard_layout;
