//! What those who count events need to know of each other.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("stat_0006_pump", |steps| {
        steps.create_table(
            Table::create()
                .table("stat_applied_tb")
                .col(string_len("event_key", 32).primary_key())
                // Milliseconds since 1970.
                .col(big_integer("applied_ms"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_stat_applied_ms")
                .table("stat_applied_tb")
                .col("applied_ms")
                .to_owned(),
        );
        steps.create_table(
            Table::create()
                .table("stat_lane_tb")
                .col(integer("lane").primary_key())
                .col(string_len("owner", 64))
                .col(big_integer("fencing"))
                // Microseconds since 1970, by the clock of the database.
                .col(big_integer("lease_until"))
                .to_owned(),
        );
    })
}
