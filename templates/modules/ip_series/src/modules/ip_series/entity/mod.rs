//! The tables as SeaORM sees them.

pub mod ip_info;
pub mod ip_type;
