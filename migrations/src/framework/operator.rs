//! `operator_tb`: who may administer a tenant, with which permissions.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0004_operator", |steps| {
        steps.create_table(
            Table::create()
                .table("operator_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(string_len("username", 64))
                .col(string_len("password_hash", 255))
                // A JSON list of patterns.
                .col(text("permissions"))
                .col(boolean("is_enabled"))
                .col(integer("failed_count"))
                .col(date_time_null("locked_until"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_operator_username")
                .table("operator_tb")
                .col("username")
                .to_owned(),
        );
    })
}
