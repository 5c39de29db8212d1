//! Column and field types whose JSON form is part of the contract: 64-bit integers and decimals are
//! strings in JSON, times are RFC 3339.

mod bigint;
mod decimal;
mod id;

pub use chrono::{DateTime, NaiveDate, Utc};
pub use serde_json::Value as Json;
pub use uuid::Uuid;

pub use bigint::Int64;
pub use decimal::Decimal;
pub use id::Id;
