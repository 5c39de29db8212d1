//! What every generated cloudapp application links: configuration, HTTP, database, identity.
//!
//! # Layout
//! - [`app`]: an [`App`](app::App) is modules plus migrations; [`run`] is the whole command line of
//!   its binary.
//! - [`config`]: layered settings. [`error`]: the error type and the table of codes.
//! - [`clock`], [`random`], [`id`]: time, randomness and ids as dependencies.
//! - [`types`]: column types with a fixed JSON form; [`valid`]: rules for request fields.
//! - [`db`]: pools per table group, transactions with retry. `redis` (feature): the connection to
//!   Redis.
//! - [`content`]: what modules of content share. [`asset`]: the points ledger. [`task`]: missions.
//!   [`outbox`]: events written with what they tell of.
//! - [`cache`]: hot reads. [`guard`]: changes that are made at most once; locks, limits, bans.
//!   [`counter`], [`leaderboard`]: exact figures.
//! - [`job`]: background work.
//! - [`stat`]: statistics. `excel` (feature `xlsx`): spreadsheets.
//! - [`oplog`]: what operators changed.
//! - [`http`], [`auth`]: routes, envelope, extractors; sessions of players and operators.
//! - [`migrate`]: the schema engine, from the crate `cloudapp-migrations`.
//! - [`telemetry`]: logging. [`testing`]: an application in one process for request tests.
//!
//! # Features
//! `sqlite` (default), `mysql`, `postgres`: database drivers, at least one. `tls`: encrypted
//! connections to the database. `redis`: the connection to Redis. `time-zones`: schedules by the clocks
//! of zones with summer time. `webhook`: alarms to a webhook. `xlsx`: spreadsheets.

pub mod app;
pub mod asset;
pub mod auth;
pub mod cache;
pub mod clock;
pub mod config;
pub mod content;
pub mod counter;
pub mod db;
pub mod error;
#[cfg(feature = "xlsx")]
pub mod excel;
pub mod guard;
pub mod http;
pub mod id;
pub mod job;
pub mod leaderboard;
pub mod lottery;
pub mod oplog;
pub mod order;
pub mod outbox;
pub mod personal;
pub mod prelude;
pub mod random;
#[cfg(feature = "redis")]
pub mod redis;
pub mod shard;
pub mod stat;
pub mod task;
pub mod telemetry;
pub mod testing;
pub mod types;
pub mod valid;

pub use app::run;
/// For traits with async methods, such as [`asset::Hooks`].
pub use async_trait::async_trait;
pub use cloudapp_migrations as migrate;
