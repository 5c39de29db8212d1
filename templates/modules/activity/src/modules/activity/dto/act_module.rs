//! What requests about modules carry and answers show.

use cloudapp_runtime::http::{PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Decimal, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::entity::act_module::Model;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

fn zero() -> Decimal {
    Decimal::from(0)
}

/// What is sent to create a module, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = activity_module::Input)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The activity. Stays as it is.
    #[garde(skip)]
    pub act_id: Id,
    /// What the module is called: 1 to 100 characters.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub module_name: String,
    /// A line below the name.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub module_sub_name: String,
    /// How it is played, in the words of the app.
    #[garde(skip)]
    #[serde(default)]
    pub module_type: i32,
    /// 0 nothing special, 1 a machine, 2 an activity of its own.
    #[garde(skip)]
    #[serde(default)]
    pub business_type: i32,
    /// Picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub module_pic: String,
    /// What it is about.
    #[garde(custom(valid::text))]
    #[serde(default)]
    pub module_desc: String,
    /// Its skin; 0 for none.
    #[garde(skip)]
    #[serde(default)]
    pub skin_id: Id,
    /// What a go costs in money, at least 0.
    #[garde(custom(valid::decimal(18, 2)), custom(valid::not_negative))]
    #[serde(default = "zero")]
    pub price: Decimal,
    /// The price gear that pays for it; 0 for none.
    #[garde(skip)]
    #[serde(default)]
    pub price_gear_id: Id,
    /// Its series; 0 for none.
    #[garde(skip)]
    #[serde(default)]
    pub ip_id: Id,
    /// Who may join: 0 everybody, 1 followers, 2 members, 3 named players.
    #[garde(range(min = 0, max = 3))]
    #[schema(minimum = 0, maximum = 3)]
    #[serde(default)]
    pub join_ways: i32,
    /// It begins then; null for at once.
    #[garde(custom(valid::datetime))]
    pub start_date: Option<DateTime<Utc>>,
    /// It is over from then on; null for never.
    #[garde(custom(valid::datetime))]
    pub end_date: Option<DateTime<Utc>>,
    /// Modules are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

/// Which of the modules that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// The activity.
    #[garde(skip)]
    pub act_id: Id,
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

/// Which of the tenant's modules.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
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

/// A module as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = activity_module::View)]
pub struct View {
    /// Its id.
    pub id: Id,
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
            act_id: row.act_id,
            module_name: row.module_name,
            module_sub_name: row.module_sub_name,
            module_type: row.module_type,
            business_type: row.business_type,
            module_pic: row.module_pic,
            module_desc: row.module_desc,
            skin_id: row.skin_id,
            price: row.price,
            join_ways: row.join_ways,
            start_date: row.start_date,
            end_date: row.end_date,
        }
    }
}

/// A module as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = activity_module::AdminView)]
pub struct AdminView {
    /// The price gear that pays for it; 0 for none.
    pub price_gear_id: Id,
    /// Its series; 0 for none.
    pub ip_id: Id,
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
    /// What players see.
    #[serde(flatten)]
    pub view: View,
}

impl From<Model> for AdminView {
    fn from(row: Model) -> Self {
        Self {
            price_gear_id: row.price_gear_id,
            ip_id: row.ip_id,
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
