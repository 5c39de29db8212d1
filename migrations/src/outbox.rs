//! `outbox_tb`: events that happened, written in the transaction that made them happen.

use crate::engine::{Migration, Stream};
use crate::prelude::*;

/// The migrations of the outbox, stream `cloudapp_outbox`: each database has one, because an event
/// must be in the same transaction as its cause.
#[must_use]
pub fn outbox() -> Stream {
    Stream::new("cloudapp_outbox", vec![create()])
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
