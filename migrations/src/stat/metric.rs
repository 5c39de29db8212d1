//! What metrics are.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("stat_0001_orm", |steps| {
        steps.create_table(
            Table::create()
                .table("stat_orm_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                // 0 and an empty text stand for all of them.
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(string_len("object_id", 64))
                .col(string_len("group_name", 50))
                .col(string_len("group_sub_name", 50))
                .col(string_len("key_name", 64))
                // The title.
                .col(string_len("key_value", 100))
                .col(string_len("tip_title", 200))
                // 1 whole numbers, 2 decimals
                .col(integer("value_type"))
                // 0 each event, 1 once for a player and day, 2 once for a player
                .col(integer("repeat_type"))
                .col(boolean("is_client"))
                .col(big_integer("client_max"))
                .col(boolean("is_log"))
                .col(boolean("is_user"))
                .col(boolean("is_show"))
                .col(integer("sort_index"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_stat_orm")
                .table("stat_orm_tb")
                .col("app_id")
                .col("act_id")
                .col("module_id")
                .col("object_id")
                .col("key_name")
                .to_owned(),
        );
    })
}
