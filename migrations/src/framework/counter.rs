//! `counter_tb`, `leaderboard_tb`: exact figures.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0007_counter", |steps| {
        steps.create_table(
            Table::create()
                .table("counter_tb")
                .col(string_len("name", 64))
                .col(big_integer("object_id"))
                .col(big_integer("value"))
                .primary_key(Index::create().col("name").col("object_id"))
                .to_owned(),
        );
        steps.create_table(
            Table::create()
                .table("leaderboard_tb")
                .col(string_len("board", 128))
                .col(big_integer("member"))
                // Negative, so that one index in ascending order is the order of the board.
                .col(big_integer("minus_score"))
                .col(big_integer("reached_ms"))
                .primary_key(Index::create().col("board").col("member"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_leaderboard_order")
                .table("leaderboard_tb")
                .col("board")
                .col("minus_score")
                .col("reached_ms")
                .col("member")
                .to_owned(),
        );
    })
}
