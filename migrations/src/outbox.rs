//! `outbox_tb`: events that happened, written in the transaction that made them happen; and
//! `stat_event_tb`, which is the same for figures of statistics.

use crate::engine::{Migration, Stream};
use crate::prelude::*;

/// The migrations of the outbox, stream `cloudapp_outbox`: each database has one, because an event
/// must be in the same transaction as its cause.
#[must_use]
pub fn outbox() -> Stream {
    Stream::new("cloudapp_outbox", vec![create(), create_stat_events()])
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
