//! HTTP in and out, for each audience. No SQL and no business rule here.

pub mod act_info;
pub mod act_module;
pub mod client;
