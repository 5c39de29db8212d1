//! Prizes and draws: odds against the weights, draws at once, and everything killed around them.

mod awards;
mod crash;
mod draws;
mod edits;
mod export;
mod limits;
mod odds;
mod rules;
pub(crate) mod world;
