//! Figures of hours, of players and of years.

use crate::prelude::*;

pub(super) fn create_reports() -> Migration {
    Migration::new("stat_0003_report", |steps| {
        steps.create_table(
            Table::create()
                .table("stat_report_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(string_len("object_id", 64))
                .col(string_len("key_name", 64))
                .col(big_integer("key_value"))
                .col(big_integer("key_fraction"))
                .col(big_integer("event_count"))
                .col(integer("create_hour"))
                .col(integer("create_day"))
                .col(integer("create_month"))
                .col(integer("create_year"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_stat_report")
                .table("stat_report_tb")
                .col("act_id")
                .col("app_id")
                .col("create_day")
                .col("module_id")
                .col("object_id")
                .col("key_name")
                .col("create_hour")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_stat_report_year")
                .table("stat_report_tb")
                .col("create_year")
                .col("act_id")
                .to_owned(),
        );
    })
}

pub(super) fn create_user_reports() -> Migration {
    Migration::new("stat_0004_user_report", |steps| {
        steps.create_table(
            Table::create()
                .table("stat_user_report_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(string_len("object_id", 64))
                .col(big_integer("user_id"))
                .col(string_len("key_name", 64))
                .col(big_integer("key_value"))
                .col(big_integer("key_fraction"))
                .col(big_integer("event_count"))
                .col(integer("create_day"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_stat_user_report")
                .table("stat_user_report_tb")
                .col("user_id")
                .col("app_id")
                .col("act_id")
                .col("create_day")
                .col("module_id")
                .col("object_id")
                .col("key_name")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_stat_user_report_act")
                .table("stat_user_report_tb")
                .col("app_id")
                .col("act_id")
                .col("id")
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_stat_user_report_day")
                .table("stat_user_report_tb")
                .col("create_day")
                .to_owned(),
        );
    })
}

pub(super) fn create_archive() -> Migration {
    Migration::new("stat_0005_archive", |steps| {
        steps.create_table(
            Table::create()
                .table("stat_archive_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(string_len("object_id", 64))
                .col(string_len("key_name", 64))
                .col(big_integer("key_value"))
                .col(big_integer("key_fraction"))
                .col(big_integer("event_count"))
                .col(integer("create_year"))
                // Whether the hours that it sums up are gone.
                .col(boolean("is_removed"))
                .col(date_time("created_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_stat_archive")
                .table("stat_archive_tb")
                .col("app_id")
                .col("act_id")
                .col("create_year")
                .col("module_id")
                .col("object_id")
                .col("key_name")
                .to_owned(),
        );
    })
}
