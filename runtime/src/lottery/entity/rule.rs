//! Table `lottery_rule_tb`.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::types::{DateTime, Id, Utc};

/// How draws of a module go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "lottery_rule_tb")]
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
    /// How a prize is chosen: 1 weight, 2 percentage, 3 weight × stock.
    pub algorithm: i32,
    /// The asset that a draw costs; 0: it is free.
    pub cost_type: i32,
    /// Which of that kind.
    pub cost_object_id: String,
    /// How much.
    pub cost_value: i64,
    /// Most draws at once.
    pub times_max: i32,
    /// Most draws of a player; 0 for any number.
    pub user_limit: i32,
    /// Most draws of a player on a day; 0 for any number.
    pub day_limit: i32,
    /// After so many draws without a prize the next one wins; 0 for never.
    pub pity_after: i32,
    /// Whether players can draw.
    pub is_release: bool,
    /// Not before.
    pub starts_at: Option<DateTime<Utc>>,
    /// Not from then on.
    pub ends_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
