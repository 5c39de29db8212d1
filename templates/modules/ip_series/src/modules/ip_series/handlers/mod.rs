//! HTTP in and out, for each audience. No SQL and no business rule here.

pub mod client;
pub mod ip_info;
pub mod ip_type;
