//! Roles of operators, the tenants they are given, their second factor; where sessions came from.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0010_role", |steps| {
        steps.create_table(
            Table::create()
                .table("role_tb")
                .col(big_integer("id").primary_key())
                .col(string_len("app_id", 64))
                .col(string_len("role_name", 64))
                .col(string_len("remark", 200))
                // A JSON list of patterns.
                .col(text("permissions"))
                .col(date_time("created_at"))
                .col(date_time("updated_at"))
                .to_owned(),
        );
        steps.create_index(
            Index::create()
                .unique()
                .name("uq_role_name")
                .table("role_tb")
                .col("app_id")
                .col("role_name")
                .to_owned(),
        );
        pairs(steps, "operator_role_tb", big_integer("role_id"));
        pairs(steps, "operator_tenant_tb", string_len("app_id", 64));
        totp(steps);
        steps.alter_table(
            Table::alter()
                .table("session_tb")
                .add_column(string_len_null("ip", 45))
                .to_owned(),
        );
    })
}

/// What an operator has several of, e.g. roles.
fn pairs(steps: &mut Steps, table: &'static str, mut other: ColumnDef) {
    let name = other.get_column_name();
    steps.create_table(
        Table::create()
            .table(table)
            .col(big_integer("operator_id"))
            .col(&mut other)
            .primary_key(Index::create().col("operator_id").col(name.clone()))
            .to_owned(),
    );
    steps.create_index(
        Index::create()
            .name(format!("idx_{}_{name}", table.trim_end_matches("_tb")))
            .table(table)
            .col(name)
            .to_owned(),
    );
}

fn totp(steps: &mut Steps) {
    steps.create_table(
        Table::create()
            .table("operator_totp_tb")
            .col(big_integer("operator_id").primary_key())
            // Encrypted.
            .col(string_len("secret", 255))
            .col(boolean("is_confirmed"))
            // Number of the last step of 30 s whose code was taken.
            .col(big_integer("last_step"))
            .col(date_time("created_at"))
            .to_owned(),
    );
    steps.create_table(
        Table::create()
            .table("operator_recovery_tb")
            .col(big_integer("operator_id"))
            .col(string_len("code_hash", 64))
            .col(date_time_null("used_at"))
            .primary_key(Index::create().col("operator_id").col("code_hash"))
            .to_owned(),
    );
}
