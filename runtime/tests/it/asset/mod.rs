//! The points ledger: against a model, under duplicates, and with everything killed around it.

mod duplicates;
mod model;
mod world;
