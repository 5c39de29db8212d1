//! HTTP in and out, for each audience. No SQL and no business rule here.

pub mod client;
pub mod skin;
pub mod theme;
pub mod version;
