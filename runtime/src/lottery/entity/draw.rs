//! Table `lottery_draw_tb`.

use sea_orm::entity::prelude::*;

use crate::types::{DateTime, Id, Utc};

/// A draw, or several in a row, so that it can be done again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lottery_draw_tb")]
pub struct Model {
    /// Unique over all tables.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// The player.
    pub user_id: Id,
    /// Digest of tenant, activity and idempotency key: unique.
    pub only_key: String,
    /// How many draws in a row.
    pub draw_times: i32,
    /// What the numbers follow from: 32 bytes in hexadecimal.
    pub seed: String,
    /// What the draws started from: [`Start`](crate::lottery::model::Start) as JSON.
    pub start_json: String,
    /// What they came to.
    pub result_json: String,
    /// The request.
    pub request_code: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
