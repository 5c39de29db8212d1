//! The schema of this module: one migration per change, oldest first.
//!
//! A migration that has run anywhere is never edited: add the next one.

use cloudapp_runtime::migrate::prelude::*;

/// All migrations of the module.
pub fn migrations() -> Vec<Migration> {
    vec![create_gear(), create_goods()]
}

fn create_gear() -> Migration {
    Migration::new("price_0001_create", |steps| {
        steps.create_table(
            Table::create()
                .table("price_gear_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(integer("business_type"))
                .col(integer("relation_type"))
                .col(string_len_null("goods_id", 64))
                .col(string_len_null("sku_id", 64))
                .col(string_len("price_gear_name", 100))
                .col(string_len("price_gear_pic", 500))
                .col(decimal_len("price", 18, 2))
                .col(date_time_null("effective_date"))
                .col(string_len("remark", 255))
                .col(integer("sort_index"))
                .col(boolean("is_del"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_price_gear_shown")
                .table("price_gear_tb")
                .col("app_id")
                .col("act_id")
                .col("is_del")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_price_gear_list")
                .table("price_gear_tb")
                .col("app_id")
                .col("is_del")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_price_gear_goods")
                .table("price_gear_tb")
                .col("app_id")
                .col("goods_id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_price_gear_sku")
                .table("price_gear_tb")
                .col("app_id")
                .col("sku_id")
                .unique()
                .to_owned(),
        );
    })
}

/// Which activity a goods belongs to: the row is the lock of everything that is bound to it.
fn create_goods() -> Migration {
    Migration::new("price_0002_create_goods", |steps| {
        steps.create_table(
            Table::create()
                .table("price_goods_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(string_len("goods_id", 64))
                .col(big_integer("act_id"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_price_goods")
                .table("price_goods_tb")
                .col("app_id")
                .col("goods_id")
                .unique()
                .to_owned(),
        );
    })
}
