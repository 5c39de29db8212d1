//! The tables as SeaORM sees them.

pub mod launch;
pub mod special;
