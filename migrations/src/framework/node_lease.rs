//! `node_lease_tb`: which process makes ids with which node number.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0001_node_lease", |steps| {
        steps.create_table(
            Table::create()
                .table("node_lease_tb")
                .col(integer("node_id").primary_key())
                .col(string_len("owner", 64))
                .col(big_integer("expires_ms"))
                .to_owned(),
        );
    })
}
