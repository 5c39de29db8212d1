//! What counts once only.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("task_0004_evidence", |steps| {
        steps.create_table(
            Table::create()
                .table("task_evidence_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("user_id"))
                .col(big_integer("task_id"))
                .col(integer("task_type"))
                .col(string_len("task_sub_type", 50))
                .col(boolean("is_guest"))
                .col(string_len("object_id", 128))
                .col(big_integer("amount"))
                .col(string_len("only_key", 32))
                .col(boolean("is_handle"))
                .col(integer("create_day"))
                .col(date_time("created_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_task_evidence")
                .table("task_evidence_tb")
                .col("only_key")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_task_evidence_task")
                .table("task_evidence_tb")
                .col("user_id")
                .col("task_id")
                .col("is_handle")
                .col("id")
                .to_owned(),
        );
    })
}
