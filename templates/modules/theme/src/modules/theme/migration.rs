//! The schema of this module: one migration per change, oldest first.
//!
//! A migration that has run anywhere is never edited: add the next one.

use cloudapp_runtime::migrate::prelude::*;

/// All migrations of the module.
pub fn migrations() -> Vec<Migration> {
    vec![create_theme(), create_skin(), create_version()]
}

fn create_theme() -> Migration {
    Migration::new("theme_0001_create_theme", |steps| {
        steps.create_table(
            Table::create()
                .table("theme_info_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(integer("ascription_type"))
                .col(string_len("theme_name", 100))
                .col(json_null("server_json"))
                .col(string_len_null("out_id", 64))
                .col(integer("style_type"))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_theme_info_shown")
                .table("theme_info_tb")
                .col("app_id")
                .col("is_release")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_theme_info_list")
                .table("theme_info_tb")
                .col("app_id")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_theme_info_public")
                .table("theme_info_tb")
                .col("ascription_type")
                .col("is_release")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_theme_info_out")
                .table("theme_info_tb")
                .col("app_id")
                .col("out_id")
                .unique()
                .to_owned(),
        );
    })
}

fn create_skin() -> Migration {
    Migration::new("theme_0002_create_skin", |steps| {
        steps.create_table(
            Table::create()
                .table("skin_info_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("theme_id"))
                .col(string_len("skin_name", 100))
                .col(integer("style_type"))
                .col(json_null("client_json"))
                .col(json_null("server_json"))
                .col(string_len_null("out_id", 64))
                .col(string_len_null("theme_out_id", 64))
                .col(integer("sort_index"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_skin_info_theme")
                .table("skin_info_tb")
                .col("theme_id")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_skin_info_list")
                .table("skin_info_tb")
                .col("app_id")
                .col("sort_index")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_skin_info_out")
                .table("skin_info_tb")
                .col("app_id")
                .col("out_id")
                .unique()
                .to_owned(),
        );
    })
}

fn create_version() -> Migration {
    Migration::new("theme_0003_create_version", |steps| {
        steps.create_table(
            Table::create()
                .table("theme_ver_tb")
                .col(big_integer("id").primary_key())
                .col(big_integer("theme_id"))
                .col(string_len_null("out_id", 64))
                .col(json_null("client_json"))
                .col(string_len("ver_no", 32))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("uq_theme_ver")
                .table("theme_ver_tb")
                .col("theme_id")
                .col("ver_no")
                .unique()
                .to_owned(),
        );
    })
}
