//! What players have won.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("lottery_0005_roster", |steps| {
        steps.create_table(table());
        for (name, columns) in [
            (
                "idx_prize_roster_user",
                &["user_id", "app_id", "act_id", "id"][..],
            ),
            ("idx_prize_roster_prize", &["user_id", "prize_id"]),
            ("idx_prize_roster_app", &["app_id", "id"]),
            ("idx_prize_roster_act", &["app_id", "act_id", "id"]),
            ("idx_prize_roster_order", &["order_no"]),
        ] {
            let mut index = Index::create()
                .name(name)
                .table("prize_roster_tb")
                .to_owned();
            for column in columns {
                index.col(*column);
            }
            steps.create_index(index);
        }
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_prize_roster")
                .table("prize_roster_tb")
                .col("user_id")
                .col("only_key")
                .to_owned(),
        );
    })
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("prize_roster_tb")
        .col(big_integer("id").primary_key())
        .col(string_len("app_id", 64))
        .col(big_integer("act_id"))
        .col(big_integer("module_id"))
        .col(big_integer("user_id"))
        .col(string_len("open_id", 128))
        .col(string_len("user_nick", 100))
        .col(integer("source_type"))
        .col(string_len("source_object_id", 100))
        .col(string_len("only_key", 32))
        .col(big_integer("prize_id"))
        .col(string_len("prize_name", 100))
        .col(string_len("prize_pic", 500))
        .col(text("prize_detail_json"))
        .col(decimal_len("prize_price", 18, 2))
        .col(integer("prize_type"))
        .col(integer("goods_type"))
        .col(string_len("goods_id", 64))
        .col(string_len("goods_code", 64))
        .col(string_len("tag_name", 64))
        .col(integer("tag_id"))
        .col(boolean("is_sku"))
        .col(text("sku_json"))
        .col(string_len("sku_id", 64))
        .col(string_len("sku_name", 100))
        .col(boolean("is_prize_notice"))
        .col(string_len("order_no", 64))
        .col(integer("prize_status"))
        .col(integer("logistics_status"))
        .col(integer("pay_status"))
        .col(string_len("request_code", 64))
        .col(date_time("created_at"))
        .to_owned()
}
