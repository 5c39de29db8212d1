//! The schema of this module: one migration per change, oldest first.
//!
//! A migration that has run anywhere is never edited: add the next one.

use cloudapp_runtime::migrate::prelude::*;

/// All migrations of the module.
pub fn migrations() -> Vec<Migration> {
    vec![create_ip_info(), create_ip_type()]
}

fn create_ip_info() -> Migration {
    Migration::new("ip_series_0001_create_ip_info", |steps| {
        steps.create_table(
            Table::create()
                .table("ip_info_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(string_len("ip_name", 100))
                .col(integer("mode_type"))
                .col(big_integer("ip_type"))
                .col(string_len("ip_pic", 500))
                .col(string_len("show_pic", 500))
                .col(text("ip_summary"))
                .col(json_null("ip_config_json"))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(boolean("is_del"))
                .col(date_time_null("del_date"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_ip_info_shown")
                .table("ip_info_tb")
                .col("app_id")
                .col("act_id")
                .col("is_release")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_ip_info_list")
                .table("ip_info_tb")
                .col("app_id")
                .col("is_del")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_ip_info_type")
                .table("ip_info_tb")
                .col("app_id")
                .col("ip_type")
                .to_owned(),
        );
    })
}

fn create_ip_type() -> Migration {
    Migration::new("ip_series_0002_create_ip_type", |steps| {
        steps.create_table(
            Table::create()
                .table("ip_type_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(string_len("type_name", 100))
                .col(string_len("type_pic", 500))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_ip_type_shown")
                .table("ip_type_tb")
                .col("app_id")
                .col("act_id")
                .col("is_release")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_ip_type_list")
                .table("ip_type_tb")
                .col("app_id")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_ip_type_name")
                .table("ip_type_tb")
                .col("app_id")
                .col("act_id")
                .col("type_name")
                .unique()
                .to_owned(),
        );
    })
}
