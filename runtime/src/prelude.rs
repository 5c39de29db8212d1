//! What nearly every file of an application needs.

pub use axum::extract::State;

pub use crate::app::{App, Context, Module};
pub use crate::auth::{Operator, Player};
pub use crate::cache::{CacheGroup, CachedExt};
pub use crate::error::{AppError, AppResult, ErrorCode};
pub use crate::http::{
    Done, Envelope, Json, KeysetQuery, Page, PageQuery, Path, Query, Reply, Router, Slice,
};
pub use crate::id::Id;
pub use crate::migrate::{Migration, Steps};
pub use crate::shard::ShardKey;
