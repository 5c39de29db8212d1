//! What expires, and what a day made of a balance.

use crate::prelude::*;

pub(super) fn create_lots() -> Migration {
    Migration::new("asset_0004_lot", |steps| {
        steps.create_table(
            Table::create()
                .table("asset_lot_tb")
                // That of the journal row of the gain.
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("user_id"))
                .col(integer("asset_type"))
                .col(string_len("asset_object_id", 64))
                .col(big_integer("remaining").check(Expr::col("remaining").gt(0)))
                .col(date_time("expires_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_asset_lot_owner")
                .table("asset_lot_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .col("asset_type")
                .col("asset_object_id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_asset_lot_expires_at")
                .table("asset_lot_tb")
                .col("expires_at")
                .to_owned(),
        );
    })
}

pub(super) fn create_inventory() -> Migration {
    Migration::new("asset_0005_inventory", |steps| {
        steps.create_table(
            Table::create()
                .table("asset_inventory_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("user_id"))
                .col(integer("asset_type"))
                .col(string_len("asset_object_id", 64))
                .col(integer("create_day"))
                .col(big_integer("history_value"))
                .col(big_integer("inc_value"))
                .col(big_integer("dec_value"))
                .col(big_integer("now_value"))
                .col(big_integer("process_count"))
                .col(date_time("created_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_asset_inventory")
                .table("asset_inventory_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .col("asset_type")
                .col("asset_object_id")
                .col("create_day")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_asset_inventory_day")
                .table("asset_inventory_tb")
                .col("create_day")
                .col("id")
                .to_owned(),
        );
    })
}
