//! The tables of shipments, for the database of the group `asset`: a shipment and the winnings in it
//! change in one transaction.
//!
//! Names and columns are the original framework's where it had them; instants are UTC. The address
//! book of a player is the app's. `prize_order_tb` is sharded by `user_id`, as winnings are.

use crate::engine::Migration;
use crate::prelude::*;

/// The migrations of shipments, for a module of the group `asset`.
#[must_use]
pub fn order() -> Vec<Migration> {
    vec![create()]
}

fn create() -> Migration {
    Migration::new("order_0001_create", |steps| {
        steps.create_table(table());
        for (name, columns) in [
            (
                "idx_prize_order_user",
                &["user_id", "app_id", "act_id", "id"][..],
            ),
            ("idx_prize_order_app", &["app_id", "id"]),
            ("idx_prize_order_act", &["app_id", "act_id", "id"]),
            // Unique by itself: it is the id.
            ("idx_prize_order_no", &["order_no"]),
        ] {
            let mut index = Index::create()
                .name(name)
                .table("prize_order_tb")
                .to_owned();
            for column in columns {
                index.col(*column);
            }
            steps.create_index(index);
        }
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_prize_order_key")
                .table("prize_order_tb")
                .col("user_id")
                .col("only_key")
                .to_owned(),
        );
    })
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("prize_order_tb")
        .col(big_integer("id").primary_key())
        .col(string_len("order_no", 32))
        .col(string_len("app_id", 64))
        .col(big_integer("act_id"))
        .col(big_integer("module_id"))
        .col(big_integer("user_id"))
        .col(string_len("only_key", 32))
        .col(string_len("open_id", 128))
        .col(string_len("user_nick", 100))
        .col(integer("source_type"))
        .col(string_len("order_name", 200))
        .col(integer("goods_count"))
        .col(text("real_name"))
        .col(text("telephone"))
        .col(string_len("province", 50))
        .col(string_len("city", 50))
        .col(string_len("county", 50))
        .col(string_len("street", 100))
        .col(text("address"))
        .col(integer("order_status"))
        .col(string_len("express_company", 50))
        .col(string_len("express_no", 50))
        .col(date_time_null("deliver_date"))
        .col(string_len("buyer_remark", 200))
        .col(string_len("seller_remark", 200))
        .col(boolean("cs_modify_address"))
        .col(decimal_len("order_price", 18, 2))
        .col(boolean("is_free_freight"))
        .col(decimal_len("freight_price", 18, 2))
        .col(string_len("freight_pay_order_no", 64))
        .col(integer("sync_status"))
        .col(string_len("request_code", 64))
        .col(date_time("created_at"))
        .col(date_time("updated_at"))
        .to_owned()
}
