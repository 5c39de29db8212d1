//! `idempotency_tb`: which keys were used for what, and what came of it.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0005_idempotency", |steps| {
        steps.create_table(
            Table::create()
                .table("idempotency_tb")
                .col(string_len("scope", 190))
                .col(string_len("key_text", 255))
                // SHA-256 of what the key was used for, in hex.
                .col(string_len("fingerprint", 64))
                .col(string_len("state", 8))
                .col(date_time("locked_until"))
                .col(integer_null("status_code"))
                .col(string_len_null("content_type", 255))
                .col(long_text_null("body"))
                .col(date_time("created_at"))
                .col(date_time("expires_at"))
                .primary_key(Index::create().col("scope").col("key_text"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_idempotency_expires_at")
                .table("idempotency_tb")
                .col("expires_at")
                .to_owned(),
        );
    })
}
