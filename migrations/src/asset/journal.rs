//! Owners, balances and the journal.

use crate::prelude::*;

pub(super) fn create_owners() -> Migration {
    Migration::new("asset_0001_owner", |steps| {
        steps.create_table(
            Table::create()
                .table("asset_owner_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("user_id"))
                // Number, hash and signing key of the newest row of his journal.
                .col(big_integer("seq"))
                .col(string_len("chain", 64))
                .col(string_len("key_id", 16))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_asset_owner")
                .table("asset_owner_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .to_owned(),
        );
    })
}

pub(super) fn create_balances() -> Migration {
    Migration::new("asset_0002_balance", |steps| {
        steps.create_table(
            Table::create()
                .table("user_asset_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("user_id"))
                .col(integer("asset_type"))
                .col(string_len("asset_object_id", 64))
                .col(big_integer("asset_value").check(Expr::col("asset_value").gte(0)))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_user_asset")
                .table("user_asset_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .col("asset_type")
                .col("asset_object_id")
                .to_owned(),
        );
    })
}

pub(super) fn create_journal() -> Migration {
    Migration::new("asset_0003_journal", |steps| {
        steps.create_table(
            Table::create()
                .table("asset_log_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("user_id"))
                .col(string_len_null("open_id", 128))
                .col(string_len_null("user_nick", 100))
                .col(string_len("log_title", 200))
                .col(text_null("info_json"))
                .col(integer("asset_type"))
                .col(string_len("asset_object_id", 64))
                .col(integer("source_type"))
                .col(string_len("source_object_id", 64))
                .col(string_len("source_object_name", 100))
                .col(string_len("only_id", 255))
                // Which of the changes that one key stands for.
                .col(integer("only_index"))
                // Digest of owner, key and index: what is unique, in few bytes.
                .col(string_len("only_key", 32))
                .col(integer("operate_type"))
                .col(big_integer("operate_value"))
                .col(big_integer("history_value"))
                .col(big_integer("now_value"))
                .col(string_len("handler_name", 100))
                .col(string_len("request_code", 64))
                .col(big_integer("seq"))
                .col(string_len("fingerprint", 32))
                .col(string_len("chain", 64))
                .col(string_len("key_id", 16))
                .col(date_time("created_at"))
                .col(integer("create_day"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_asset_log_only")
                .table("asset_log_tb")
                .col("only_key")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_asset_log_seq")
                .table("asset_log_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .col("seq")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_asset_log_act")
                .table("asset_log_tb")
                .col("app_id")
                .col("act_id")
                .col("id")
                .to_owned(),
        );
    })
}
