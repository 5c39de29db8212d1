//! The schema of this module: one migration per change, oldest first.
//!
//! A migration that has run anywhere is never edited: add the next one.

use cloudapp_runtime::migrate::prelude::*;

/// All migrations of the module.
pub fn migrations() -> Vec<Migration> {
    vec![create_launch(), create_special()]
}

fn create_launch() -> Migration {
    Migration::new("goods_0001_create_launch", |steps| {
        steps.create_table(
            Table::create()
                .table("launch_goods_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(string_len("goods_id", 64))
                .col(boolean("is_launch"))
                .col(date_time_null("launch_date"))
                .col(boolean("is_sync"))
                .col(date_time_null("sync_date"))
                .col(string_len("error_message", 500))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_launch_goods_shown")
                .table("launch_goods_tb")
                .col("app_id")
                .col("act_id")
                .col("is_launch")
                .col("id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_launch_goods_list")
                .table("launch_goods_tb")
                .col("app_id")
                .col("id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_launch_goods")
                .table("launch_goods_tb")
                .col("app_id")
                .col("act_id")
                .col("goods_id")
                .unique()
                .to_owned(),
        );
    })
}

fn create_special() -> Migration {
    Migration::new("goods_0002_create_special", |steps| {
        steps.create_table(
            Table::create()
                .table("special_goods_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(string_len("goods_id", 64))
                .col(string_len("goods_name", 200))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_special_goods")
                .table("special_goods_tb")
                .col("app_id")
                .col("goods_id")
                .unique()
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_special_goods_list")
                .table("special_goods_tb")
                .col("app_id")
                .col("id")
                .to_owned(),
        );
    })
}
