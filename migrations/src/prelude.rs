//! Everything that the file of a migration needs.
//!
//! [`date_time`], [`decimal_len`] and [`long_text`] with their kin are this crate's: the same value on
//! every database.

pub use sea_orm::sea_query::*;
pub use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
pub use sea_orm_migration::schema::*;

pub use crate::engine::types::{
    date_time, date_time_default_now, date_time_null, date_time_uniq, decimal_len,
    decimal_len_null, decimal_len_uniq, long_text, long_text_null,
};
pub use crate::engine::{MigrateError, Migration, Steps, Stream};
