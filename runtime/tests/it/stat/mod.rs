//! Statistics: against a model, on every database, with everything killed around them.

mod archive;
mod conformance;
mod crash;
mod definitions;
mod door;
mod excel;
mod model;
mod paths;
mod reports;
pub(crate) mod world;
