//! HTTP in and out, for each audience. No SQL and no business rule here.

pub mod admin;
pub mod batch;
pub mod client;
