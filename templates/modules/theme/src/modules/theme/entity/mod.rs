//! The tables as SeaORM sees them.

pub mod skin;
pub mod theme;
pub mod version;
