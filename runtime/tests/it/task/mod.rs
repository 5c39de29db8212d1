//! Tasks: the rules against a model, each mistake of the original, claims at once, and everything
//! killed around it.

mod bugs;
mod claims;
mod config;
mod crash;
mod docs;
mod kinds;
mod model;
mod own;
mod statistics;
mod world;
