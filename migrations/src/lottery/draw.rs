//! What players draw.

use crate::prelude::*;

pub(super) fn create_counts() -> Migration {
    Migration::new("lottery_0003_count", |steps| {
        steps.create_table(
            Table::create()
                .table("lottery_count_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("user_id"))
                .col(big_integer("draw_count"))
                .col(big_integer("day_count"))
                .col(integer("draw_day"))
                .col(big_integer("miss_count"))
                .col(big_integer("version"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_lottery_count")
                .table("lottery_count_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .col("module_id")
                .to_owned(),
        );
    })
}

pub(super) fn create_draws() -> Migration {
    Migration::new("lottery_0004_draw", |steps| {
        steps.create_table(
            Table::create()
                .table("lottery_draw_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("user_id"))
                .col(string_len("only_key", 32))
                .col(integer("draw_times"))
                .col(string_len("seed", 64))
                .col(text("start_json"))
                .col(text("result_json"))
                .col(string_len("request_code", 64))
                .col(date_time("created_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_lottery_draw")
                .table("lottery_draw_tb")
                .col("user_id")
                .col("only_key")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_lottery_draw_act")
                .table("lottery_draw_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .col("id")
                .to_owned(),
        );
    })
}
