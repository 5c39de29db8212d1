//! Events that were counted.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("stat_0002_log", |steps| {
        steps.create_table(
            Table::create()
                .table("stat_log_tb")
                // That of the event.
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(string_len("object_id", 64))
                .col(big_integer("user_id"))
                .col(string_len("key_name", 64))
                .col(big_integer("key_value"))
                .col(big_integer("key_fraction"))
                .col(integer("repeat_type"))
                // Of what may be counted once only.
                .col(string_len("digest", 32))
                .col(integer("create_day"))
                .col(date_time("created_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_stat_log_digest")
                .table("stat_log_tb")
                .col("digest")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_stat_log_user")
                .table("stat_log_tb")
                .col("user_id")
                .col("id")
                .to_owned(),
        );
        // For taking away what is too old to be needed.
        steps.create_index(
            Index::create()
                .name("idx_stat_log_day")
                .table("stat_log_tb")
                .col("repeat_type")
                .col("create_day")
                .to_owned(),
        );
    })
}
