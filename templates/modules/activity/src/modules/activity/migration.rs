//! The schema of this module: one migration per change, oldest first.
//!
//! A migration that has run anywhere is never edited: add the next one.

use cloudapp_runtime::migrate::prelude::*;

/// All migrations of the module.
pub fn migrations() -> Vec<Migration> {
    vec![create_act_info(), create_act_module()]
}

fn create_act_info() -> Migration {
    Migration::new("activity_0001_create_act_info", |steps| {
        steps.create_table(
            Table::create()
                .table("act_info_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(string_len("act_name", 100))
                .col(integer("business_type"))
                .col(integer("act_type"))
                .col(big_integer("theme_id"))
                .col(string_len("store_url", 500))
                .col(boolean("is_visit_store"))
                .col(string_len("close_word", 200))
                .col(boolean("is_share"))
                .col(json_null("share_desc_json"))
                .col(boolean("is_rule"))
                .col(json_null("rule_desc_json"))
                .col(json_null("agreement_json"))
                .col(json_null("brand_json"))
                .col(json_null("task_asset_type_json"))
                .col(integer("join_ways"))
                .col(boolean("is_black"))
                .col(integer("refund_count"))
                .col(string_len("lc_order_id", 64))
                .col(date_time_null("start_date"))
                .col(date_time_null("end_date"))
                .col(json_null("finish_menu_config_json"))
                .col(boolean("is_finish"))
                .col(boolean("is_launch"))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(date_time("release_date"))
                .col(boolean("is_del"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_act_info_list")
                .table("act_info_tb")
                .col("app_id")
                .col("is_del")
                .col("sort_index")
                .to_owned(),
        );
    })
}

fn create_act_module() -> Migration {
    Migration::new("activity_0002_create_act_module", |steps| {
        steps.create_table(
            Table::create()
                .table("act_module_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(string_len("module_name", 100))
                .col(string_len("module_sub_name", 100))
                .col(integer("module_type"))
                .col(integer("business_type"))
                .col(string_len("module_pic", 500))
                .col(text("module_desc"))
                .col(big_integer("skin_id"))
                .col(decimal_len("price", 18, 2))
                .col(big_integer("price_gear_id"))
                .col(big_integer("ip_id"))
                .col(integer("join_ways"))
                .col(date_time_null("start_date"))
                .col(date_time_null("end_date"))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(date_time("release_date"))
                .col(boolean("is_del"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_act_module_shown")
                .table("act_module_tb")
                .col("app_id")
                .col("act_id")
                .col("is_release")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_act_module_list")
                .table("act_module_tb")
                .col("app_id")
                .col("is_del")
                .col("sort_index")
                .to_owned(),
        );
    })
}
