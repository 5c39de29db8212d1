//! Rows of the ledger's tables as lists of values, in the order of their columns.

use sea_orm::Value;

use super::book::{Balance, Head};
use super::entity::journal;
use super::owner::{Account, Owner};
use crate::types::{DateTime, Utc};

pub(super) const OWNER_COLUMNS: [&str; 9] = [
    "id",
    "app_id",
    "act_id",
    "user_id",
    "seq",
    "chain",
    "key_id",
    "created_at",
    "updated_at",
];

pub(super) fn owner_row(owner: &Owner, head: &Head, key_id: &str) -> Vec<Value> {
    vec![
        head.id.into(),
        owner.app_id.as_str().into(),
        owner.act_id.into(),
        owner.user_id.into(),
        head.seq.into(),
        head.chain.as_str().into(),
        key_id.into(),
        head.at.into(),
        head.at.into(),
    ]
}

pub(super) const BALANCE_COLUMNS: [&str; 9] = [
    "id",
    "app_id",
    "act_id",
    "user_id",
    "asset_type",
    "asset_object_id",
    "asset_value",
    "created_at",
    "updated_at",
];

pub(super) fn balance_row(account: &Account, balance: &Balance, at: DateTime<Utc>) -> Vec<Value> {
    let Account { owner, asset } = account;
    vec![
        balance.id.into(),
        owner.app_id.as_str().into(),
        owner.act_id.into(),
        owner.user_id.into(),
        asset.asset_type.into(),
        asset.object_id.as_str().into(),
        balance.value.into(),
        at.into(),
        at.into(),
    ]
}

pub(super) const JOURNAL_COLUMNS: [&str; 29] = [
    "id",
    "app_id",
    "act_id",
    "module_id",
    "user_id",
    "open_id",
    "user_nick",
    "log_title",
    "info_json",
    "asset_type",
    "asset_object_id",
    "source_type",
    "source_object_id",
    "source_object_name",
    "only_id",
    "only_index",
    "only_key",
    "operate_type",
    "operate_value",
    "history_value",
    "now_value",
    "handler_name",
    "request_code",
    "seq",
    "fingerprint",
    "chain",
    "key_id",
    "created_at",
    "create_day",
];

pub(super) fn journal_row(row: &journal::Model) -> Vec<Value> {
    vec![
        row.id.into(),
        row.app_id.as_str().into(),
        row.act_id.into(),
        row.module_id.into(),
        row.user_id.into(),
        row.open_id.clone().into(),
        row.user_nick.clone().into(),
        row.log_title.as_str().into(),
        row.info_json.clone().into(),
        row.asset_type.into(),
        row.asset_object_id.as_str().into(),
        row.source_type.into(),
        row.source_object_id.as_str().into(),
        row.source_object_name.as_str().into(),
        row.only_id.as_str().into(),
        row.only_index.into(),
        row.only_key.as_str().into(),
        row.operate_type.into(),
        row.operate_value.into(),
        row.history_value.into(),
        row.now_value.into(),
        row.handler_name.as_str().into(),
        row.request_code.as_str().into(),
        row.seq.into(),
        row.fingerprint.as_str().into(),
        row.chain.as_str().into(),
        row.key_id.as_str().into(),
        row.created_at.into(),
        row.create_day.into(),
    ]
}
