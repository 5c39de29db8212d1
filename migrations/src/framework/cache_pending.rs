//! `cache_pending_tb`: invalidations of cached groups that Redis does not know of yet.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0008_cache_pending", |steps| {
        steps.create_table(
            Table::create()
                .table("cache_pending_tb")
                .col(string_len("id", 32).primary_key())
                // Name of the group, and SHA-256 of the whole of it in hex.
                .col(string_len("version_name", 160))
                .col(date_time("created_at"))
                .to_owned(),
        );
    })
}
