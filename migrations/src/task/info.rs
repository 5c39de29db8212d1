//! The tasks of activities.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("task_0001_info", |steps| {
        steps.create_table(
            Table::create()
                .table("task_info_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(integer("task_type"))
                .col(string_len("task_name", 100))
                .col(integer("complete_type"))
                .col(text("config_json"))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(date_time("release_date"))
                .col(boolean("is_del"))
                .col(string_len("source_object_id", 64))
                .col(string_len("route_url", 500))
                .col(date_time_null("starts_at"))
                .col(date_time_null("ends_at"))
                .col(integer("i1"))
                .col(integer("i2"))
                .col(string_len("s1", 200))
                .col(string_len("s2", 200))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_task_info_act")
                .table("task_info_tb")
                .col("app_id")
                .col("act_id")
                .col("id")
                .to_owned(),
        );
    })
}
