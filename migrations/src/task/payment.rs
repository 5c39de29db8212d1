//! Payments for operators, and swaps of member points.

use crate::prelude::*;

pub(super) fn create_log() -> Migration {
    Migration::new("task_0005_log", |steps| {
        steps.create_table(
            Table::create()
                .table("task_log_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("user_id"))
                .col(string_len("log_title", 200))
                .col(text("info_json"))
                .col(big_integer("task_id"))
                .col(integer("task_type"))
                .col(string_len("task_sub_type", 50))
                .col(string_len("task_name", 100))
                .col(integer("reward_type"))
                .col(string_len("reward_object_id", 64))
                .col(string_len("reward_name", 500))
                .col(big_integer("reward_num"))
                .col(string_len("handler_name", 100))
                .col(string_len("request_code", 64))
                .col(integer("create_day"))
                .col(date_time("created_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_task_log_act")
                .table("task_log_tb")
                .col("app_id")
                .col("act_id")
                .col("id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_task_log_user")
                .table("task_log_tb")
                .col("user_id")
                .col("app_id")
                .col("id")
                .to_owned(),
        );
    })
}

pub(super) fn create_swaps() -> Migration {
    Migration::new("task_0006_swap", |steps| {
        steps.create_table(
            Table::create()
                .table("task_swap_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("user_id"))
                .col(big_integer("task_id"))
                .col(big_integer("points"))
                .col(string_len("period_key", 32))
                .col(integer("state"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_task_swap_state")
                .table("task_swap_tb")
                .col("state")
                .col("id")
                .to_owned(),
        );
    })
}
