//! Prizes, and how they are drawn.

use crate::prelude::*;

pub(super) fn create_prizes() -> Migration {
    Migration::new("lottery_0001_prize", |steps| {
        steps.create_table(
            Table::create()
                .table("act_prize_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(integer("ascription_type"))
                .col(string_len("prize_name", 100))
                .col(string_len("prize_title", 100))
                .col(string_len("prize_pic", 500))
                .col(text("prize_detail_json"))
                .col(string_len("goods_id", 64))
                .col(string_len("goods_code", 64))
                .col(integer("goods_type"))
                .col(integer("prize_type"))
                .col(decimal_len("prize_price", 18, 2))
                .col(big_integer("probability"))
                .col(decimal_len("chance", 7, 4))
                .col(integer("prize_limit"))
                .col(boolean("is_prize_notice"))
                .col(big_integer("surplus"))
                .col(boolean("is_surplus"))
                .col(big_integer("prize_total"))
                .col(big_integer("hand_out"))
                .col(integer("lottery_type"))
                .col(integer("force_at"))
                .col(integer("asset_type"))
                .col(string_len("asset_object_id", 64))
                .col(big_integer("asset_value"))
                .col(string_len("tag_name", 64))
                .col(integer("tag_id"))
                .col(boolean("is_sku"))
                .col(text("sku_json"))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(boolean("is_del"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_act_prize_act")
                .table("act_prize_tb")
                .col("app_id")
                .col("act_id")
                .col("module_id")
                .col("is_del")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_act_prize_list")
                .table("act_prize_tb")
                .col("app_id")
                .col("is_del")
                .col("sort_index")
                .to_owned(),
        );
    })
}

pub(super) fn create_rules() -> Migration {
    Migration::new("lottery_0002_rule", |steps| {
        steps.create_table(
            Table::create()
                .table("lottery_rule_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(integer("algorithm"))
                .col(integer("cost_type"))
                .col(string_len("cost_object_id", 64))
                .col(big_integer("cost_value"))
                .col(integer("times_max"))
                .col(integer("user_limit"))
                .col(integer("day_limit"))
                .col(integer("pity_after"))
                .col(boolean("is_release"))
                .col(date_time_null("starts_at"))
                .col(date_time_null("ends_at"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_lottery_rule")
                .table("lottery_rule_tb")
                .col("app_id")
                .col("act_id")
                .col("module_id")
                .to_owned(),
        );
    })
}
