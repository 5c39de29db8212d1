//! What players have done.

use crate::prelude::*;

pub(super) fn create_counts() -> Migration {
    Migration::new("task_0002_count", |steps| {
        steps.create_table(
            Table::create()
                .table("task_count_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("user_id"))
                .col(big_integer("task_id"))
                .col(integer("task_type"))
                .col(string_len("task_sub_type", 50))
                .col(big_integer("complete_count"))
                .col(big_integer("now_count"))
                .col(string_len("period_key", 32))
                .col(integer("modify_day"))
                .col(big_integer("version"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_task_count")
                .table("task_count_tb")
                .col("user_id")
                .col("task_id")
                .col("task_sub_type")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_task_count_act")
                .table("task_count_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .to_owned(),
        );
    })
}

pub(super) fn create_gear_counts() -> Migration {
    Migration::new("task_0003_gear_count", |steps| {
        steps.create_table(
            Table::create()
                .table("task_gear_count_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("user_id"))
                .col(big_integer("task_id"))
                .col(integer("task_type"))
                .col(big_integer("now_count"))
                .col(integer("create_day"))
                .col(integer("create_month"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_task_gear_count")
                .table("task_gear_count_tb")
                .col("user_id")
                .col("task_id")
                .col("create_day")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_task_gear_count_act")
                .table("task_gear_count_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .to_owned(),
        );
    })
}
