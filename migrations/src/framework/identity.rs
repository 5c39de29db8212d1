//! `identity_tb`: who a user is on which platform.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0002_identity", |steps| {
        steps.create_table(
            Table::create()
                .table("identity_tb")
                .col(big_integer("user_id").primary_key())
                .col(string_len("app_id", 64))
                .col(string_len("platform", 16))
                .col(string_len("open_id", 128))
                .col(date_time("created_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_identity_open_id")
                .table("identity_tb")
                .col("app_id")
                .col("platform")
                .col("open_id")
                .to_owned(),
        );
    })
}
