//! The tables as SeaORM sees them.

pub mod article;
pub mod place;
