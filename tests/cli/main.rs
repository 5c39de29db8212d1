//! The `cloudapp` command from outside: exit codes, messages, trees.

#![cfg(test)]

mod lock;
mod module;
mod new;
mod preset;
mod preview;
mod registry;
mod rendering;
mod sandbox;
mod shard;
mod unit;
