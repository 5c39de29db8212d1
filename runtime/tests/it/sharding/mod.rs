//! Sharded tables: typed statements, lists over all tables, moving rows while the app runs.

mod conformance;
mod entity;
mod keys;
mod reshard;
mod safety;
mod world;
mod writer;
