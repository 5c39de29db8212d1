//! `operation_log_tb`: what operators changed. One in each database.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operation_log_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for none.
    pub act_id: Id,
    /// The number of an [`Operation`](super::Operation).
    pub operation_type: i32,
    /// What the object is called.
    pub title: String,
    /// More about it, in words.
    pub operation_desc: String,
    /// The row before: JSON.
    pub detail: Option<String>,
    /// The row after: JSON.
    pub update_detail: Option<String>,
    /// The name of a [`Logged`](super::Logged).
    pub model_name: String,
    /// Which row of it.
    pub object_id: String,
    /// 1 single, 2 batch.
    pub operation_ways: i32,
    /// e.g. `HTTP/1.1`; empty outside of a request, as all that follows of it.
    pub protocol: String,
    /// In capitals.
    pub method: String,
    /// The route.
    pub handler_name: String,
    /// The header `host`.
    pub request_host: String,
    /// The path, without its query string.
    pub request_uri: String,
    /// The address of the client.
    pub remote_ip: String,
    /// The request id.
    pub request_code: String,
    /// The operator; 0 for nobody.
    pub operate_user_id: Id,
    /// His name, as it was.
    pub operate_user_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// As yyyymmdd, in the tenant's time zone.
    pub create_day: i32,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
