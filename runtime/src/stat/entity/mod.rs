//! Rows that are read and written one by one.

pub(super) mod archive;
pub(super) mod metric;
pub(super) mod user_report;
