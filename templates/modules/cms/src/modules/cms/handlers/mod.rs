//! HTTP in and out, for each audience. No SQL and no business rule here.

pub mod article;
pub mod client;
pub mod place;
