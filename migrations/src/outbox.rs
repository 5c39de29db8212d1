//! `outbox_tb`: events that happened, written in the transaction that made them happen; and
//! `stat_event_tb`, which is the same for figures of statistics, and `operation_log_tb` for what
//! operators do.

use crate::engine::{Migration, Stream};
use crate::prelude::*;

/// The migrations of the outbox, stream `cloudapp_outbox`: each database has one, because an event
/// must be in the same transaction as its cause.
#[must_use]
pub fn outbox() -> Stream {
    Stream::new(
        "cloudapp_outbox",
        vec![create(), create_stat_events(), create_operation_log()],
    )
}

fn create() -> Migration {
    Migration::new("cloudapp_outbox_0001_create", |steps| {
        steps.create_table(
            Table::create()
                .table("outbox_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("topic", 64))
                .col(string_len("app_id", 64))
                // Events of the same lane are to be taken in the order of their ids.
                .col(string_len("lane", 128))
                .col(text("payload"))
                .col(date_time("created_at"))
                .to_owned(),
        );
    })
}

fn create_stat_events() -> Migration {
    Migration::new("cloudapp_outbox_0002_stat_event", |steps| {
        steps.create_table(
            Table::create()
                .table("stat_event_tb")
                .col(big_integer("id").primary_key())
                // Events of one lane are counted by one process at a time, in the order of ids.
                .col(integer("lane"))
                .col(string_len("event_key", 32))
                // Whether it may come again, so that it must be known once it was counted.
                .col(boolean("is_once"))
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(big_integer("module_id"))
                .col(string_len("object_id", 64))
                .col(big_integer("user_id"))
                .col(string_len("key_name", 64))
                .col(big_integer("key_value"))
                .col(big_integer("key_fraction"))
                .col(integer("repeat_type"))
                .col(boolean("is_log"))
                .col(boolean("is_user"))
                // Milliseconds since 1970.
                .col(big_integer("at_ms"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .name("idx_stat_event_lane")
                .table("stat_event_tb")
                .col("lane")
                .col("id")
                .to_owned(),
        );
    })
}

fn create_operation_log() -> Migration {
    Migration::new("cloudapp_outbox_0003_operation_log", |steps| {
        steps.create_table(
            Table::create()
                .table("operation_log_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(big_integer("act_id"))
                .col(integer("operation_type"))
                .col(string_len("title", 200))
                .col(string_len("operation_desc", 500))
                // The row before and after, as JSON without secrets.
                .col(long_text_null("detail"))
                .col(long_text_null("update_detail"))
                .col(string_len("model_name", 64))
                // Which row of the model.
                .col(string_len("object_id", 64))
                // 1 single, 2 batch.
                .col(integer("operation_ways"))
                .col(string_len("protocol", 16))
                .col(string_len("method", 16))
                .col(string_len("handler_name", 200))
                .col(string_len("request_host", 255))
                // Without its query string.
                .col(string_len("request_uri", 500))
                .col(string_len("remote_ip", 45))
                .col(string_len("request_code", 64))
                .col(big_integer("operate_user_id"))
                .col(string_len("operate_user_name", 64))
                .col(date_time("created_at"))
                // As yyyymmdd, in the tenant's time zone.
                .col(integer("create_day"))
                .to_owned(),
        );
        for (name, columns) in [
            ("idx_operation_log_tenant", &["app_id", "id"][..]),
            (
                "idx_operation_log_object",
                &["app_id", "model_name", "object_id", "id"],
            ),
            (
                "idx_operation_log_operator",
                &["app_id", "operate_user_id", "id"],
            ),
        ] {
            let mut index = Index::create();
            index.name(name).table("operation_log_tb");
            for column in columns {
                index.col(*column);
            }
            steps.create_index(index);
        }
    })
}
