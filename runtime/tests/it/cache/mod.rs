//! The cache: one suite for both backends, many processes, Redis that dies, hostile keys.

mod admin;
mod conformance;
mod keys;
mod life;
mod outage;
mod processes;
mod select;
mod worker;
mod world;
