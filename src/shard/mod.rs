//! Sharding as it can be asked for: a module's table by a column, the framework's tables by count.

mod column;
mod tables;

pub use column::{ShardBy, ShardByError};
pub use tables::{COUNT_MAX, ShardCountError, TABLES, logical_of, parse_counts};
