//! Background work: every feature on every database, and workers that are killed.

mod conformance;
pub(crate) mod crash;
mod lanes;
mod operate;
mod world;
