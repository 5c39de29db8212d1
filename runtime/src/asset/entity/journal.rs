//! Table `asset_log_tb`: the journal. Rows are inserted and never changed.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// One change of one balance.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset_log_tb")]
pub struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for assets of the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// The player; 0 for the merchant himself.
    pub user_id: Id,
    /// The player's id on his platform, as far as the caller told it.
    pub open_id: Option<String>,
    /// The player's nickname at that time, as far as the caller told it.
    pub user_nick: Option<String>,
    /// What it was for, in words for people.
    pub log_title: String,
    /// Whatever the caller wants to keep with it: JSON.
    pub info_json: Option<String>,
    /// The kind of asset.
    pub asset_type: i32,
    /// Which of that kind, e.g. a price gear; empty when there is only one.
    pub asset_object_id: String,
    /// Where it comes from or goes to, see [`Source`](crate::asset::Source).
    pub source_type: i32,
    /// Which of that source.
    pub source_object_id: String,
    /// Its name.
    pub source_object_name: String,
    /// The idempotency key of the operation.
    pub only_id: String,
    /// Which change of the operation, from 0; expiries count down from -1.
    pub only_index: i32,
    /// Digest of owner, key and index, which is unique.
    pub only_key: String,
    /// 0 gain, 1 spending.
    pub operate_type: i32,
    /// The change, with its sign.
    pub operate_value: i64,
    /// The balance before.
    pub history_value: i64,
    /// The balance after.
    pub now_value: i64,
    /// The route or job that asked for it.
    pub handler_name: String,
    /// The request that asked for it.
    pub request_code: String,
    /// Number within the owner's journal, from 1 without a gap.
    pub seq: i64,
    /// Digest of what the caller asked for.
    pub fingerprint: String,
    /// Hash over this row and the one before.
    pub chain: String,
    /// Key of that hash.
    pub key_id: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// The day of that in the tenant's time zone, as `20260131`.
    pub create_day: i32,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
