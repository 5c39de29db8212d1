//! Background work: every feature on every database, and workers that are killed.

mod admin;
mod alarm;
mod conformance;
pub(crate) mod crash;
mod cron;
mod lanes;
mod leader;
mod operate;
mod plan;
mod process;
mod relay;
mod stage;
mod world;
