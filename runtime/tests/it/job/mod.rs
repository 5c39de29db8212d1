//! Background work: every feature on every database, and workers that are killed.

mod conformance;
mod lanes;
mod operate;
mod world;
