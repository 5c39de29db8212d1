//! Table `act_info_tb`.

use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One activity.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "act_info_tb")]
pub struct Model {
    /// Unique over all tables, ordered by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The tenant.
    pub app_id: String,
    /// What the activity is called: 1 to 100 characters.
    pub act_name: String,
    /// What kind it is, in the words of the app.
    pub business_type: i32,
    /// Its type, in the words of the app.
    pub act_type: i32,
    /// Its theme; 0 for none.
    pub theme_id: Id,
    /// Where the shop is.
    pub store_url: String,
    /// Whether the client leads to the shop.
    pub is_visit_store: bool,
    /// What players read when it is over.
    pub close_word: String,
    /// Whether players can share it.
    pub is_share: bool,
    /// How it is shared: titles and pictures.
    pub share_desc_json: Option<Json>,
    /// Whether its rules are shown.
    pub is_rule: bool,
    /// Its rules.
    pub rule_desc_json: Option<Json>,
    /// What players agree to.
    pub agreement_json: Option<Json>,
    /// Whose it is.
    pub brand_json: Option<Json>,
    /// What its tasks pay, by kind of asset.
    pub task_asset_type_json: Option<Json>,
    /// Who may join: 0 everybody, 1 followers, 2 members, 3 named players.
    pub join_ways: i32,
    /// Whether who asks for refunds is kept out.
    pub is_black: bool,
    /// From how many refunds on.
    pub refund_count: i32,
    /// The order of the light shop that it is part of; empty for none.
    pub lc_order_id: String,
    /// It begins then; null for at once.
    pub start_date: Option<DateTime<Utc>>,
    /// It is over from then on; null for never.
    pub end_date: Option<DateTime<Utc>>,
    /// The steps of setting it up that are done.
    pub finish_menu_config_json: Option<Json>,
    /// Whether all of them are.
    pub is_finish: bool,
    /// Whether the platform shows its goods.
    pub is_launch: bool,
    /// Activities are shown by this, the largest first.
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
