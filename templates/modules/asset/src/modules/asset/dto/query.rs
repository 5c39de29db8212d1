//! Query strings of requests.

use std::fmt::Display;
use std::str::FromStr;

use cloudapp_runtime::asset::{InventoryFilter, JournalFilter};
use cloudapp_runtime::http::{KeysetQuery, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::types::{DateTime, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Deserializer, de};
use utoipa::IntoParams;

/// Far beyond any list that is sensibly paged by number.
const PAGE_INDEX_MAX: u64 = 1_000_000_000;

/// Which balances of the player.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AssetQuery {
    /// The activity; 0 for balances that belong to none.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// 1 chances, 2 points, 3 chances of a price gear, 4 freight coupons, the app's own from 101.
    #[garde(skip)]
    pub asset_type: Option<i32>,
    /// Which of that kind, e.g. a price gear.
    #[garde(custom(valid::string(64)))]
    pub asset_object_id: Option<String>,
}

/// Which rows of the player's journal.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// The activity; 0 for balances that belong to none.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// Of this kind of asset.
    #[garde(skip)]
    pub asset_type: Option<i32>,
    /// Of this one of the kind.
    #[garde(custom(valid::string(64)))]
    pub asset_object_id: Option<String>,
    /// 0 gains, 1 spendings.
    #[garde(range(min = 0, max = 1))]
    pub operate_type: Option<i32>,
    /// Of this module of the activity.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// Goes on behind the row with this id.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl LogQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }

    /// Which rows are in the list at all.
    pub fn filter(&self) -> JournalFilter {
        JournalFilter {
            asset_type: self.asset_type,
            asset_object_id: self.asset_object_id.clone(),
            operate_type: self.operate_type,
            module_id: self.module_id,
            ..JournalFilter::default()
        }
    }
}

/// Whose balances.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OwnerQuery {
    /// The player.
    #[garde(skip)]
    pub user_id: Id,
    /// The activity; 0 for balances that belong to none.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
}

/// Which rows of the tenant's journal.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminLogQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this module of the activity.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// Of this player; 0 for the merchant.
    #[garde(skip)]
    pub user_id: Option<Id>,
    /// Of the player whom the platform knows by this id.
    #[garde(custom(valid::string(128)))]
    pub open_id: Option<String>,
    /// Of players with this nickname.
    #[garde(custom(valid::string(100)))]
    pub user_nick: Option<String>,
    /// Of this kind of asset.
    #[garde(skip)]
    pub asset_type: Option<i32>,
    /// Of this one of the kind.
    #[garde(custom(valid::string(64)))]
    pub asset_object_id: Option<String>,
    /// From one of these sources: 1 purchase, 2 task, 3 by hand, 4 lottery, 5 buy-back, 6
    /// exchange, 7 refund, 8 expiry, the app's own from 101.
    #[garde(length(max = 100))]
    #[param(style = Form, explode = false)]
    #[serde(default, deserialize_with = "list")]
    pub source_types: Vec<i32>,
    /// From one of these objects of a source.
    #[garde(length(max = 100), inner(custom(valid::string(64))))]
    #[param(style = Form, explode = false)]
    #[serde(default, deserialize_with = "list")]
    pub source_object_ids: Vec<String>,
    /// 0 gains, 1 spendings.
    #[garde(range(min = 0, max = 1))]
    pub operate_type: Option<i32>,
    /// Not before.
    #[garde(custom(valid::datetime))]
    pub from: Option<DateTime<Utc>>,
    /// Before.
    #[garde(custom(valid::datetime))]
    pub until: Option<DateTime<Utc>>,
    /// Goes on behind the row with this id.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl AdminLogQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }

    /// Which rows are in the list at all.
    pub fn into_filter(self) -> JournalFilter {
        JournalFilter {
            act_id: self.act_id,
            module_id: self.module_id,
            user_id: self.user_id,
            open_id: self.open_id,
            user_nick: self.user_nick,
            asset_type: self.asset_type,
            asset_object_id: self.asset_object_id,
            source_types: self.source_types,
            source_object_ids: self.source_object_ids,
            operate_type: self.operate_type,
            from: self.from,
            until: self.until,
        }
    }
}

/// Which rows of the merchant's journal.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StoreLogQuery {
    /// Of this kind of asset.
    #[garde(skip)]
    pub asset_type: Option<i32>,
    /// Of this one of the kind.
    #[garde(custom(valid::string(64)))]
    pub asset_object_id: Option<String>,
    /// 0 gains, 1 spendings.
    #[garde(range(min = 0, max = 1))]
    pub operate_type: Option<i32>,
    /// Not before.
    #[garde(custom(valid::datetime))]
    pub from: Option<DateTime<Utc>>,
    /// Before.
    #[garde(custom(valid::datetime))]
    pub until: Option<DateTime<Utc>>,
    /// Goes on behind the row with this id.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl StoreLogQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }

    /// Which rows are in the list at all.
    pub fn filter(&self) -> JournalFilter {
        JournalFilter {
            asset_type: self.asset_type,
            asset_object_id: self.asset_object_id.clone(),
            operate_type: self.operate_type,
            from: self.from,
            until: self.until,
            ..JournalFilter::default()
        }
    }
}

/// Which notices of the tenant.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NoticeQuery {
    /// 1 figures that do not add up, 2 keys that were refused.
    #[garde(range(min = 1, max = 2))]
    pub ascription_type: Option<i32>,
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

impl NoticeQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }
}

/// Which rows of the tenant's inventories.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InventoryQuery {
    /// Of this day, as `20260131`.
    #[garde(skip)]
    pub day: Option<i32>,
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this player; 0 for the merchant.
    #[garde(skip)]
    pub user_id: Option<Id>,
    /// Of this kind of asset.
    #[garde(skip)]
    pub asset_type: Option<i32>,
    /// Of this one of the kind.
    #[garde(custom(valid::string(64)))]
    pub asset_object_id: Option<String>,
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

impl InventoryQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }

    /// Which rows are in the list at all.
    pub fn filter(&self) -> InventoryFilter {
        InventoryFilter {
            day: self.day,
            user_id: self.user_id,
            act_id: self.act_id,
            asset_type: self.asset_type,
            asset_object_id: self.asset_object_id.clone(),
        }
    }
}

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// What is separated by commas.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    let items = text.split(',').filter(|item| !item.is_empty());
    items
        .map(|item| item.parse().map_err(de::Error::custom))
        .collect()
}
