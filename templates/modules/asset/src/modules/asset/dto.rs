//! What requests carry and answers show.

use cloudapp_runtime::asset::{Holding, JournalFilter, JournalRow, Notice, Receipt};
use cloudapp_runtime::http::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use cloudapp_runtime::prelude::{AppError, AppResult};
use cloudapp_runtime::types::{DateTime, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

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
    #[garde(skip)]
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
    #[garde(skip)]
    pub asset_object_id: Option<String>,
    /// 0 gains, 1 spendings.
    #[garde(skip)]
    pub operate_type: Option<i32>,
    /// Of this module.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// Rows older than the one with this id: that of the last row seen.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl LogQuery {
    /// The same for the ledger.
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
    /// Of this module.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// Of this player; 0 for the merchant.
    #[garde(skip)]
    pub user_id: Option<Id>,
    /// Of the player whom the platform knows by this id.
    #[garde(skip)]
    pub open_id: Option<String>,
    /// Of players with this nickname.
    #[garde(skip)]
    pub user_nick: Option<String>,
    /// Of this kind of asset.
    #[garde(skip)]
    pub asset_type: Option<i32>,
    /// Of this one of the kind.
    #[garde(skip)]
    pub asset_object_id: Option<String>,
    /// From these sources: numbers, separated by commas.
    #[garde(skip)]
    pub source_types: Option<String>,
    /// From these objects of a source, separated by commas.
    #[garde(skip)]
    pub source_object_ids: Option<String>,
    /// 0 gains, 1 spendings.
    #[garde(skip)]
    pub operate_type: Option<i32>,
    /// Not before.
    #[garde(skip)]
    pub from: Option<DateTime<Utc>>,
    /// Before.
    #[garde(skip)]
    pub until: Option<DateTime<Utc>>,
    /// Rows older than the one with this id: that of the last row seen.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl AdminLogQuery {
    /// The same for the ledger.
    pub fn filter(&self) -> AppResult<JournalFilter> {
        let list = |text: &Option<String>| -> Vec<String> {
            let parts = text.as_deref().unwrap_or_default().split(',');
            let parts = parts.map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        };
        let source_types = list(&self.source_types)
            .iter()
            .map(|part| part.parse())
            .collect();
        let source_types: Result<Vec<i32>, _> = source_types;
        let not_numbers = |_| AppError::param("source_types: must be numbers");
        Ok(JournalFilter {
            act_id: self.act_id,
            module_id: self.module_id,
            user_id: self.user_id,
            open_id: self.open_id.clone(),
            user_nick: self.user_nick.clone(),
            asset_type: self.asset_type,
            asset_object_id: self.asset_object_id.clone(),
            source_types: source_types.map_err(not_numbers)?,
            source_object_ids: list(&self.source_object_ids),
            operate_type: self.operate_type,
            from: self.from,
            until: self.until,
        })
    }
}

/// Which notices of the tenant.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NoticeQuery {
    /// 1 figures that did not add up, 2 keys that were refused.
    #[garde(skip)]
    pub ascription_type: Option<i32>,
    /// Number of the page, from 0.
    #[garde(skip)]
    #[serde(default)]
    pub page_index: u64,
    /// Rows on a page.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

/// What a player is given, or what is taken from him.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = asset::ChangeInput)]
#[serde(deny_unknown_fields)]
pub struct ChangeInput {
    /// The activity; 0 for balances that belong to none.
    #[garde(skip)]
    pub act_id: Id,
    /// The player.
    #[garde(skip)]
    pub user_id: Id,
    /// 1 chances, 2 points, 3 chances of a price gear, 4 freight coupons, the app's own from 101.
    #[garde(skip)]
    pub asset_type: i32,
    /// Which of that kind, e.g. a price gear.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub asset_object_id: String,
    /// How much more; negative for less.
    #[garde(skip)]
    pub delta: i64,
    /// Key of the change: the same key again changes nothing. One is made when there is none.
    #[garde(inner(length(chars, min = 1), custom(valid::string(255))))]
    pub only_id: Option<String>,
    /// What it is for, as the player sees it.
    #[garde(length(chars, min = 1), custom(valid::string(200)))]
    pub title: String,
}

/// What the merchant is given, or what is taken from him.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = asset::StoreChangeInput)]
#[serde(deny_unknown_fields)]
pub struct StoreChangeInput {
    /// 1 chances, 2 points, 3 chances of a price gear, 4 freight coupons, the app's own from 101.
    #[garde(skip)]
    pub asset_type: i32,
    /// Which of that kind, e.g. a price gear.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub asset_object_id: String,
    /// How much more; negative for less.
    #[garde(skip)]
    pub delta: i64,
    /// Key of the change: the same key again changes nothing. One is made when there is none.
    #[garde(inner(length(chars, min = 1), custom(valid::string(255))))]
    pub only_id: Option<String>,
    /// What it is for.
    #[garde(length(chars, min = 1), custom(valid::string(200)))]
    pub title: String,
}

/// Which key is to be forgotten.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = asset::ForgetInput)]
#[serde(deny_unknown_fields)]
pub struct ForgetInput {
    /// The activity; 0 for balances that belong to none.
    #[garde(skip)]
    pub act_id: Id,
    /// The player.
    #[garde(skip)]
    pub user_id: Id,
    /// The key.
    #[garde(length(chars, min = 1), custom(valid::string(255)))]
    pub only_id: String,
}

/// Whether there was something to forget.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::Forgotten)]
pub struct Forgotten {
    /// Whether the key had been used.
    pub was_used: bool,
}

/// A balance.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::View)]
pub struct View {
    /// 1 chances, 2 points, 3 chances of a price gear, 4 freight coupons, the app's own from 101.
    pub asset_type: i32,
    /// Which of that kind; empty when there is only one.
    pub asset_object_id: String,
    /// How much.
    pub value: i64,
}

impl From<Holding> for View {
    fn from(holding: Holding) -> Self {
        Self {
            asset_type: holding.asset.asset_type,
            asset_object_id: holding.asset.object_id,
            value: holding.value,
        }
    }
}

/// What a change did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::ReceiptView)]
pub struct ReceiptView {
    /// The balance after it.
    pub value: i64,
    /// Its row in the journal.
    pub log_id: Id,
    /// Its key.
    pub only_id: String,
    /// Whether it was made by an earlier request with the same key.
    pub replayed: bool,
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
        Self {
            value: receipt.value,
            log_id: receipt.log_id,
            only_id: receipt.only_id,
            replayed: receipt.replayed,
        }
    }
}

/// A row of the journal as the player sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::LogView)]
pub struct LogView {
    /// Id of the row.
    pub id: Id,
    /// The activity.
    pub act_id: Id,
    /// The module of the activity.
    pub module_id: Id,
    /// The kind of asset.
    pub asset_type: i32,
    /// Which of that kind.
    pub asset_object_id: String,
    /// 0 gain, 1 spending.
    pub operate_type: i32,
    /// The change, with its sign.
    pub operate_value: i64,
    /// The balance before.
    pub history_value: i64,
    /// The balance after.
    pub now_value: i64,
    /// What it was for.
    pub log_title: String,
    /// Where it came from or went to.
    pub source_type: i32,
    /// Which of that source.
    pub source_object_id: String,
    /// Its name.
    pub source_object_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<JournalRow> for LogView {
    fn from(row: JournalRow) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            module_id: row.module_id,
            asset_type: row.asset_type,
            asset_object_id: row.asset_object_id,
            operate_type: row.operate_type,
            operate_value: row.operate_value,
            history_value: row.history_value,
            now_value: row.now_value,
            log_title: row.log_title,
            source_type: row.source_type,
            source_object_id: row.source_object_id,
            source_object_name: row.source_object_name,
            created_at: row.created_at,
        }
    }
}

/// A row of the journal as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::AdminLogView)]
pub struct AdminLogView {
    /// The player; 0 for the merchant.
    pub user_id: Id,
    /// The player's id on his platform, where it is known.
    pub open_id: Option<String>,
    /// The player's nickname then, where it is known.
    pub user_nick: Option<String>,
    /// The key.
    pub only_id: String,
    /// Number within the owner's journal.
    pub seq: i64,
    /// The route or job that asked for it.
    pub handler_name: String,
    /// The request that asked for it.
    pub request_code: String,
    /// What was kept with it.
    pub info: Value,
    /// The operator who did it, if one did.
    pub operate_user_id: Option<String>,
    /// His name.
    pub operate_user_name: Option<String>,
    /// What the player sees.
    #[serde(flatten)]
    pub view: LogView,
}

impl From<JournalRow> for AdminLogView {
    fn from(row: JournalRow) -> Self {
        let info = row.info_json.as_deref().unwrap_or("null");
        let info: Value = serde_json::from_str(info).unwrap_or_default();
        let lifted = |key: &str| info[key].as_str().map(str::to_owned);
        Self {
            user_id: row.user_id,
            open_id: row.open_id.clone(),
            user_nick: row.user_nick.clone(),
            only_id: row.only_id.clone(),
            seq: row.seq,
            handler_name: row.handler_name.clone(),
            request_code: row.request_code.clone(),
            operate_user_id: lifted("operate_user_id"),
            operate_user_name: lifted("operate_user_name"),
            info,
            view: row.into(),
        }
    }
}

/// Something that an operator should look at.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::NoticeView)]
pub struct NoticeView {
    /// Id of the notice.
    pub id: Id,
    /// 1 figures that did not add up, 2 a key that was refused.
    pub ascription_type: i32,
    /// The activity.
    pub act_id: Id,
    /// The player; 0 for the merchant.
    pub user_id: Id,
    /// The kind of asset.
    pub asset_type: i32,
    /// Which of that kind.
    pub asset_object_id: String,
    /// The route or job that was refused.
    pub handler_name: String,
    /// The request that was refused.
    pub request_code: String,
    /// What the change was for.
    pub log_title: String,
    /// What was found.
    pub info_desc: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<Notice> for NoticeView {
    fn from(row: Notice) -> Self {
        Self {
            id: row.id,
            ascription_type: row.ascription_type,
            act_id: row.act_id,
            user_id: row.user_id,
            asset_type: row.asset_type,
            asset_object_id: row.asset_object_id,
            handler_name: row.handler_name,
            request_code: row.request_code,
            log_title: row.log_title,
            info_desc: row.info_desc,
            created_at: row.created_at,
        }
    }
}
