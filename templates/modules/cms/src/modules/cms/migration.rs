//! The schema of this module: one migration per change, oldest first.
//!
//! A migration that has run anywhere is never edited: add the next one.

use cloudapp_runtime::migrate::prelude::*;

/// All migrations of the module.
pub fn migrations() -> Vec<Migration> {
    vec![create_article(), create_place()]
}

fn create_article() -> Migration {
    Migration::new("cms_0001_create_article", |steps| {
        steps.create_table(
            Table::create()
                .table("cms_info_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("place_id"))
                .col(string_len("info_title", 200))
                .col(string_len("simple_title", 100))
                .col(string_len("simple_title_url", 500))
                .col(integer("info_type"))
                .col(string_len("info_summary", 1000))
                .col(string_len("info_tag", 100))
                .col(string_len("info_mark", 100))
                .col(string_len("target_url", 500))
                .col(string_len("min_pic", 500))
                .col(string_len("mid_pic", 500))
                .col(string_len("max_pic", 500))
                .col(text("info_data"))
                .col(json_null("pic_collect_json"))
                .col(integer("i1"))
                .col(integer("i2"))
                .col(integer("i3"))
                .col(integer("i4"))
                .col(string_len("s1", 255))
                .col(string_len("s2", 255))
                .col(string_len("s3", 255))
                .col(string_len("s4", 255))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(date_time("release_date"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_cms_info_shown")
                .table("cms_info_tb")
                .col("app_id")
                .col("place_id")
                .col("act_id")
                .col("is_release")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_cms_info_list")
                .table("cms_info_tb")
                .col("app_id")
                .col("sort_index")
                .to_owned(),
        );
    })
}

fn create_place() -> Migration {
    Migration::new("cms_0002_create_place", |steps| {
        steps.create_table(
            Table::create()
                .table("cms_place_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(string_len("place_name", 100))
                .col(integer("place_type"))
                .col(json_null("config_json"))
                .col(json_null("field_config_json"))
                .col(string_len("remark", 255))
                .col(boolean("is_release"))
                .col(date_time("release_date"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_cms_place_list")
                .table("cms_place_tb")
                .col("app_id")
                .col("id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_cms_place_name")
                .table("cms_place_tb")
                .col("app_id")
                .col("place_name")
                .unique()
                .to_owned(),
        );
    })
}
