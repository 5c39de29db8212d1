//! The schema of this module: one migration per change, oldest first.
//!
//! A migration that has run anywhere is never edited: add the next one.

use cloudapp_runtime::migrate::prelude::*;

/// All migrations of the module.
pub fn migrations() -> Vec<Migration> {
    vec![create_coupon()]
}

fn create_coupon() -> Migration {
    Migration::new("coupon_0001_create", |steps| {
        steps.create_table(
            Table::create()
                .table("tao_coupon_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(big_integer("prize_id"))
                .col(integer("coupon_type"))
                .col(string_len("coupon_url", 500))
                .col(decimal_len("coupon_price", 18, 2))
                .col(decimal_len("use_sill_price", 18, 2))
                .col(string_len("right_ename", 100))
                .col(string_len("pool_id", 100))
                .col(date_time_null("coupon_start_date"))
                .col(date_time_null("coupon_end_date"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_tao_coupon_prize")
                .table("tao_coupon_tb")
                .col("app_id")
                .col("act_id")
                .col("prize_id")
                .unique()
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_tao_coupon_shown")
                .table("tao_coupon_tb")
                .col("app_id")
                .col("act_id")
                .col("id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_tao_coupon_list")
                .table("tao_coupon_tb")
                .col("app_id")
                .col("id")
                .to_owned(),
        );
    })
}
