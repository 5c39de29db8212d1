//! Table `asset_warn_notice_tb`: what an operator should look at.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset_warn_notice_tb")]
pub struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for assets of the tenant as a whole.
    pub act_id: Id,
    /// 1 figures that do not add up, 2 a key that was refused.
    pub ascription_type: i32,
    /// The player; 0 for the merchant himself.
    pub user_id: Id,
    /// The kind of asset.
    pub asset_type: i32,
    /// Which of that kind.
    pub asset_object_id: String,
    /// The route or job that was refused.
    pub handler_name: String,
    /// The request that was refused.
    pub request_code: String,
    /// What it is about, in words.
    pub log_title: String,
    /// What was found, in words.
    pub info_desc: String,
    /// What was found, as data: JSON.
    pub info_json: Option<String>,
    /// Names the finding, so that finding it again makes no second row.
    pub finding: Option<String>,
    /// Whether somebody was told.
    pub is_notice: bool,
    /// When.
    pub notice_date: Option<DateTime<Utc>>,
    /// When it was found.
    pub created_at: DateTime<Utc>,
    /// The day of that in the tenant's time zone, as `20260131`.
    pub create_day: i32,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
