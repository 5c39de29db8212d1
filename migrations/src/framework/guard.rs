//! `guard_cell_tb`, `guard_visitor_tb`, `guard_lock_tb`, `guard_ban_tb`: what guards know.
//!
//! Times in `…_us` are microseconds since 1970 by the database's clock.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0006_guard", |steps| {
        steps.create_table(
            Table::create()
                .table("guard_cell_tb")
                .col(string_len("key_text", 255).primary_key())
                .col(big_integer("level"))
                .col(big_integer("at_us"))
                .col(big_integer("until_us"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_guard_cell_until_us")
                .table("guard_cell_tb")
                .col("until_us")
                .to_owned(),
        );
        steps.create_table(
            Table::create()
                .table("guard_visitor_tb")
                .col(string_len("scope", 64))
                // Minutes since 1970.
                .col(big_integer("minute_no"))
                .col(string_len("visitor", 64))
                .primary_key(Index::create().col("scope").col("minute_no").col("visitor"))
                .to_owned(),
        );
        steps.create_table(
            Table::create()
                .table("guard_lock_tb")
                .col(string_len("name", 190).primary_key())
                .col(string_len("owner", 32))
                .col(big_integer("fencing"))
                .col(big_integer("until_us"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_guard_lock_until_us")
                .table("guard_lock_tb")
                .col("until_us")
                .to_owned(),
        );
        ban(steps);
    })
}

fn ban(steps: &mut Steps) {
    steps.create_table(
        Table::create()
            .table("guard_ban_tb")
            .col(big_integer("id").primary_key())
            .col(string_len("app_id", 64))
            .col(string_len("handler", 64))
            .col(string_len("kind", 8))
            .col(string_len("subject", 64))
            .col(date_time("created_at"))
            .col(date_time("until"))
            .to_owned(),
    );
    steps.create_index(
        Index::create()
            .unique()
            .name("uq_guard_ban_subject")
            .table("guard_ban_tb")
            .col("app_id")
            .col("handler")
            .col("kind")
            .col("subject")
            .to_owned(),
    );
}
