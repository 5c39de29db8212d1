//! Tests of the runtime from outside, as an application sees it.
#![cfg(test)]

mod asset;
mod cache;
mod commands;
mod config;
mod connect;
mod error_table;
mod errors;
mod guard;
mod ids;
mod job;
mod lottery;
mod oplog;
mod order;
mod sharding;
mod stat;
mod support;
mod task;
mod transaction;
mod types;
mod web;
