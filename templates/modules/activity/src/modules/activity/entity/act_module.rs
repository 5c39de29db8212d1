//! Table `act_module_tb`.

use cloudapp_runtime::types::{DateTime, Decimal, Id, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One module.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "act_module_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity.
    pub act_id: Id,
    /// What the module is called: 1 to 100 characters.
    pub module_name: String,
    /// A line below the name.
    pub module_sub_name: String,
    /// How it is played, in the words of the app.
    pub module_type: i32,
    /// 0 nothing special, 1 a machine, 2 an activity of its own.
    pub business_type: i32,
    /// Picture.
    pub module_pic: String,
    /// What it is about.
    pub module_desc: String,
    /// Its skin; 0 for none.
    pub skin_id: Id,
    /// What a go costs in money, at least 0.
    pub price: Decimal,
    /// The price gear that pays for it; 0 for none.
    pub price_gear_id: Id,
    /// Its series; 0 for none.
    pub ip_id: Id,
    /// Who may join: 0 everybody, 1 followers, 2 members, 3 named players.
    pub join_ways: i32,
    /// It begins then; null for at once.
    pub start_date: Option<DateTime<Utc>>,
    /// It is over from then on; null for never.
    pub end_date: Option<DateTime<Utc>>,
    /// Modules are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it.
    pub is_release: bool,
    /// When it was last shown or hidden.
    pub release_date: DateTime<Utc>,
    /// Whether it was removed.
    pub is_del: bool,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
