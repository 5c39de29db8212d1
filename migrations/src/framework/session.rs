//! `session_tb`: who is logged in. Tokens are kept as hashes only.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0003_session", |steps| {
        steps.create_table(
            Table::create()
                .table("session_tb")
                .col(string_len("token_hash", 64).primary_key())
                .col(string_len("kind", 8))
                .col(string_len("app_id", 64))
                .col(big_integer("subject_id"))
                .col(date_time("created_at"))
                .col(date_time("expires_at"))
                .col(date_time("last_seen_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_session_subject")
                .table("session_tb")
                .col("kind")
                .col("subject_id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_session_expires_at")
                .table("session_tb")
                .col("expires_at")
                .to_owned(),
        );
    })
}
