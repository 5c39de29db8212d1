//! What requests about activities carry and answers show.

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::act_info::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is sent to create an activity, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = activity_info::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What the activity is called: 1 to 100 characters.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub act_name: String,
    /// What kind it is, in the words of the app.
    #[garde(skip)]
    #[serde(default)]
    pub business_type: i32,
    /// Its type, in the words of the app.
    #[garde(skip)]
    #[serde(default)]
    pub act_type: i32,
    /// Its theme; 0 for none.
    #[garde(skip)]
    #[serde(default)]
    pub theme_id: Id,
    /// Where the shop is.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub store_url: String,
    /// Whether the client leads to the shop.
    #[garde(skip)]
    #[serde(default)]
    pub is_visit_store: bool,
    /// What players read when it is over.
    #[garde(custom(valid::string(200)))]
    #[serde(default)]
    pub close_word: String,
    /// Whether players can share it.
    #[garde(skip)]
    #[serde(default)]
    pub is_share: bool,
    /// How it is shared: titles and pictures.
    #[garde(custom(valid::json))]
    pub share_desc_json: Option<Json>,
    /// Whether its rules are shown.
    #[garde(skip)]
    #[serde(default)]
    pub is_rule: bool,
    /// Its rules.
    #[garde(custom(valid::json))]
    pub rule_desc_json: Option<Json>,
    /// What players agree to.
    #[garde(custom(valid::json))]
    pub agreement_json: Option<Json>,
    /// Whose it is.
    #[garde(custom(valid::json))]
    pub brand_json: Option<Json>,
    /// What its tasks pay, by kind of asset.
    #[garde(custom(valid::json))]
    pub task_asset_type_json: Option<Json>,
    /// Who may join: 0 everybody, 1 followers, 2 members, 3 named players.
    #[garde(range(min = 0, max = 3))]
    #[schema(minimum = 0, maximum = 3)]
    #[serde(default)]
    pub join_ways: i32,
    /// Whether who asks for refunds is kept out.
    #[garde(skip)]
    #[serde(default)]
    pub is_black: bool,
    /// From how many refunds on.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub refund_count: i32,
    /// The order of the light shop that it is part of; empty for none.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub lc_order_id: String,
    /// It begins then; null for at once.
    #[garde(custom(valid::datetime))]
    pub start_date: Option<DateTime<Utc>>,
    /// It is over from then on; null for never.
    #[garde(custom(valid::datetime))]
    pub end_date: Option<DateTime<Utc>>,
    /// Activities are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

/// Which of the activities that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Number of the page, from 0.
    #[garde(range(max = PAGE_INDEX_MAX))]
    #[param(default = 0, maximum = 1_000_000_000)]
    #[serde(default)]
    pub page_index: u64,
    /// Rows on a page.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl ListQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }
}

/// Which of the tenant's activities.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Those that were removed, instead of those that were not.
    #[garde(skip)]
    #[serde(default)]
    pub is_del: bool,
    /// Number of the page, from 0.
    #[garde(range(max = PAGE_INDEX_MAX))]
    #[param(default = 0, maximum = 1_000_000_000)]
    #[serde(default)]
    pub page_index: u64,
    /// Rows on a page.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl AdminQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }
}

/// An activity as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = activity_info::View)]
pub struct View {
    /// Its id.
    pub id: Id,
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
    /// It begins then; null for at once.
    pub start_date: Option<DateTime<Utc>>,
    /// It is over from then on; null for never.
    pub end_date: Option<DateTime<Utc>>,
}

impl From<Model> for View {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            act_name: row.act_name,
            business_type: row.business_type,
            act_type: row.act_type,
            theme_id: row.theme_id,
            store_url: row.store_url,
            is_visit_store: row.is_visit_store,
            close_word: row.close_word,
            is_share: row.is_share,
            share_desc_json: row.share_desc_json,
            is_rule: row.is_rule,
            rule_desc_json: row.rule_desc_json,
            agreement_json: row.agreement_json,
            brand_json: row.brand_json,
            task_asset_type_json: row.task_asset_type_json,
            join_ways: row.join_ways,
            start_date: row.start_date,
            end_date: row.end_date,
        }
    }
}

/// An activity as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = activity_info::AdminView)]
pub struct AdminView {
    /// Whether who asks for refunds is kept out.
    pub is_black: bool,
    /// From how many refunds on.
    pub refund_count: i32,
    /// The order of the light shop that it is part of; empty for none.
    pub lc_order_id: String,
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
    /// What players see.
    #[serde(flatten)]
    pub view: View,
}

impl From<Model> for AdminView {
    fn from(row: Model) -> Self {
        Self {
            is_black: row.is_black,
            refund_count: row.refund_count,
            lc_order_id: row.lc_order_id.clone(),
            finish_menu_config_json: row.finish_menu_config_json.clone(),
            is_finish: row.is_finish,
            is_launch: row.is_launch,
            sort_index: row.sort_index,
            is_release: row.is_release,
            release_date: row.release_date,
            is_del: row.is_del,
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}

/// A step of setting an activity up that is done.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = activity_info::Progress)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The step, in the words of the app: letters, digits and `_`. `finish_config` ends it.
    #[garde(length(chars, min = 1), custom(valid::string(50)))]
    #[schema(example = "base_config")]
    pub finish_key: String,
}
