//! What an operator should look at: figures that do not add up, keys used twice.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("asset_0006_warn_notice", |steps| {
        steps.create_table(
            Table::create()
                .table("asset_warn_notice_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                // 1 warning, 2 interception
                .col(integer("ascription_type"))
                .col(big_integer("user_id"))
                .col(integer("asset_type"))
                .col(string_len("asset_object_id", 64))
                .col(string_len("handler_name", 100))
                .col(string_len("request_code", 64))
                .col(string_len("log_title", 200))
                .col(string_len("info_desc", 500))
                .col(text_null("info_json"))
                // The same finding again is the same row.
                .col(string_len_null("finding", 200))
                .col(boolean("is_notice"))
                .col(date_time_null("notice_date"))
                .col(date_time("created_at"))
                .col(integer("create_day"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_asset_warn_notice_finding")
                .table("asset_warn_notice_tb")
                .col("finding")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_asset_warn_notice_app")
                .table("asset_warn_notice_tb")
                .col("app_id")
                .col("ascription_type")
                .col("id")
                .to_owned(),
        );
    })
}
