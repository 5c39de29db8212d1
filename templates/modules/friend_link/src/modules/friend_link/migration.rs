//! The schema of this module: one migration per change, oldest first.
//!
//! A migration that has run anywhere is never edited: add the next one.

use cloudapp_runtime::migrate::prelude::*;

/// All migrations of the module.
pub fn migrations() -> Vec<Migration> {
    vec![create_link(), index_list()]
}

fn create_link() -> Migration {
    Migration::new("friend_link_0001_create", |steps| {
        steps.create_table(
            Table::create()
                .table("friend_link_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(string_len("title", 100))
                .col(string_len("ad_pic", 500))
                .col(string_len("big_pic", 500))
                .col(string_len("product_link", 500))
                .col(string_len("associated_url", 500))
                .col(integer("sort_index"))
                .col(boolean("is_release"))
                .col(date_time("release_date"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_friend_link_shown")
                .table("friend_link_tb")
                .col("app_id")
                .col("is_release")
                .col("sort_index")
                .to_owned(),
        );
    })
}

fn index_list() -> Migration {
    Migration::new("friend_link_0002_index_list", |steps| {
        steps.create_index(
            Index::create()
                .name("idx_friend_link_list")
                .table("friend_link_tb")
                .col("app_id")
                .col("sort_index")
                .to_owned(),
        );
    })
}
