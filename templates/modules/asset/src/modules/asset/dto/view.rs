//! What answers show.

use cloudapp_runtime::asset::{Holding, Inventory, JournalRow, Notice, Receipt};
use cloudapp_runtime::types::{DateTime, Id, Json, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

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
    /// Whether it was made by an earlier request with the same key.
    pub replayed: bool,
    /// Its key.
    pub only_id: String,
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
        Self {
            value: receipt.value,
            log_id: receipt.log_id,
            replayed: receipt.replayed,
            only_id: receipt.only_id,
        }
    }
}

/// What several changes did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::ManyView)]
pub struct ManyView {
    /// Their key.
    pub only_id: String,
    /// Whether they were made by an earlier request with the same key.
    pub replayed: bool,
    /// What each of them did.
    pub changes: Vec<PartView>,
}

/// What one of several changes did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::PartView)]
pub struct PartView {
    /// The balance after it.
    pub value: i64,
    /// Its row in the journal.
    pub log_id: Id,
}

impl From<Vec<Receipt>> for ManyView {
    fn from(receipts: Vec<Receipt>) -> Self {
        let first = receipts.first();
        Self {
            only_id: first.map_or_else(String::new, |first| first.only_id.clone()),
            replayed: first.is_some_and(|first| first.replayed),
            changes: receipts.into_iter().map(PartView::from).collect(),
        }
    }
}

impl From<Receipt> for PartView {
    fn from(receipt: Receipt) -> Self {
        Self {
            value: receipt.value,
            log_id: receipt.log_id,
        }
    }
}

/// Whether there was something to forget.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::Forgotten)]
pub struct Forgotten {
    /// Whether the key had been used.
    pub was_used: bool,
}

/// A row of the journal as the player sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::LogView)]
pub struct LogView {
    /// Id of the row.
    pub id: Id,
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
    pub title: String,
    /// Where it came from or went to.
    pub source_type: i32,
    /// Which of that source.
    pub source_object_id: String,
    /// Its name.
    pub source_object_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// The day of that in the tenant's time zone.
    pub create_day: NaiveDate,
}

impl From<JournalRow> for LogView {
    fn from(row: JournalRow) -> Self {
        Self {
            id: row.id,
            asset_type: row.asset_type,
            asset_object_id: row.asset_object_id,
            operate_type: row.operate_type,
            operate_value: row.operate_value,
            history_value: row.history_value,
            now_value: row.now_value,
            title: row.log_title,
            source_type: row.source_type,
            source_object_id: row.source_object_id,
            source_object_name: row.source_object_name,
            created_at: row.created_at,
            create_day: date(row.create_day),
        }
    }
}

/// A row of the journal as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::AdminLogView)]
pub struct AdminLogView {
    /// The activity; 0 for balances that belong to none.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// The player; 0 for the merchant.
    pub user_id: Id,
    /// The player's id on his platform, where it is known.
    pub open_id: Option<String>,
    /// The player's nickname then, where it is known.
    pub user_nick: Option<String>,
    /// The key.
    pub only_id: String,
    /// Which of the changes with that key.
    pub only_index: i32,
    /// Number within the owner's journal.
    pub seq: i64,
    /// The route or job that asked for it.
    pub handler_name: String,
    /// The request that asked for it.
    pub request_code: String,
    /// The operator who did it, if one did.
    pub operate_user_id: Option<String>,
    /// His name then.
    pub operate_user_name: Option<String>,
    /// What else was kept with it.
    pub info: Json,
    /// What the player sees.
    #[serde(flatten)]
    pub view: LogView,
}

impl From<JournalRow> for AdminLogView {
    fn from(mut row: JournalRow) -> Self {
        let mut info = data(row.info_json.take());
        Self {
            act_id: row.act_id,
            module_id: row.module_id,
            user_id: row.user_id,
            open_id: row.open_id.take(),
            user_nick: row.user_nick.take(),
            only_id: std::mem::take(&mut row.only_id),
            only_index: row.only_index,
            seq: row.seq,
            handler_name: std::mem::take(&mut row.handler_name),
            request_code: std::mem::take(&mut row.request_code),
            operate_user_id: lifted(&mut info, "operate_user_id"),
            operate_user_name: lifted(&mut info, "operate_user_name"),
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
    /// 1 figures that do not add up, 2 a key that was refused.
    pub ascription_type: i32,
    /// The activity; 0 for balances that belong to none.
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
    pub title: String,
    /// What was found, in words.
    pub info_desc: String,
    /// What was found, as data.
    pub info: Json,
    /// When it was found.
    pub created_at: DateTime<Utc>,
    /// The day of that in the tenant's time zone.
    pub create_day: NaiveDate,
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
            title: row.log_title,
            info_desc: row.info_desc,
            info: data(row.info_json),
            created_at: row.created_at,
            create_day: date(row.create_day),
        }
    }
}

/// What a day made of a balance.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = asset::InventoryView)]
pub struct InventoryView {
    /// Id of the row.
    pub id: Id,
    /// The activity; 0 for balances that belong to none.
    pub act_id: Id,
    /// The player; 0 for the merchant.
    pub user_id: Id,
    /// The kind of asset.
    pub asset_type: i32,
    /// Which of that kind.
    pub asset_object_id: String,
    /// The day in the tenant's time zone.
    pub create_day: NaiveDate,
    /// The balance before its first change.
    pub history_value: i64,
    /// The sum of the gains.
    pub inc_value: i64,
    /// The sum of the spendings, not above 0.
    pub dec_value: i64,
    /// The balance after its last change.
    pub now_value: i64,
    /// How many changes there were.
    pub process_count: i64,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
}

impl From<Inventory> for InventoryView {
    fn from(row: Inventory) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            user_id: row.user_id,
            asset_type: row.asset_type,
            asset_object_id: row.asset_object_id,
            create_day: date(row.create_day),
            history_value: row.history_value,
            inc_value: row.inc_value,
            dec_value: row.dec_value,
            now_value: row.now_value,
            process_count: row.process_count,
            created_at: row.created_at,
        }
    }
}

/// What a column of JSON holds.
fn data(text: Option<String>) -> Json {
    let text = text.unwrap_or_default();
    text.parse().unwrap_or_default()
}

/// A text that is shown beside the rest.
fn lifted(info: &mut Json, name: &str) -> Option<String> {
    let value = info.as_object_mut()?.remove(name)?;
    value.as_str().map(str::to_owned)
}

/// The date of a day as the database has it: `20260131`.
fn date(day: i32) -> NaiveDate {
    let month_day = day.unsigned_abs() % 10_000;
    NaiveDate::from_ymd_opt(day / 10_000, month_day / 100, month_day % 100).unwrap_or_default()
}
