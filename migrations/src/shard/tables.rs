//! The tables that keep the layouts, stream `cloudapp_shard`.

use crate::prelude::*;

/// The table of layouts.
pub(crate) const LAYOUT_TABLE: &str = "cloudapp_shard_tb";

/// Migrations of the tables that every database with sharded tables needs; before the stream of any
/// sharded table.
#[must_use]
pub fn shard_layout() -> Stream {
    Stream::new("cloudapp_shard", vec![create()])
}

fn create() -> Migration {
    Migration::new("cloudapp_shard_0001_create", |steps| {
        steps.create_table(
            Table::create()
                .table(LAYOUT_TABLE)
                .col(string_len("table_name", 64).primary_key())
                .col(string_len("key_column", 64))
                .col(string_len("scheme", 64))
                .col(big_integer("version"))
                .col(string_len("state", 16))
                .col(integer("count"))
                .col(text("slots"))
                .col(text_null("target"))
                .col(text_null("progress"))
                .to_owned(),
        );
        // Rows only while a table is moved: what writers share-lock and the mover locks.
        steps.create_table(
            Table::create()
                .table("cloudapp_shard_slot_tb")
                .col(string_len("table_name", 64))
                .col(integer("slot"))
                .col(integer("owner"))
                .col(big_integer("version"))
                .primary_key(Index::create().col("table_name").col("slot"))
                .to_owned(),
        );
        // The mover's list of keys to look at again.
        steps.create_table(
            Table::create()
                .table("cloudapp_shard_key_tb")
                .col(string_len("table_name", 64))
                .col(integer("slot"))
                .col(string_len("shard_key", 190))
                .primary_key(
                    Index::create()
                        .col("table_name")
                        .col("slot")
                        .col("shard_key"),
                )
                .to_owned(),
        );
    })
}
