//! The tables as SeaORM sees them.

pub mod act_info;
pub mod act_module;
