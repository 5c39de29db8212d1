//! Migrations of a sharded table, `asset_tb`: every kind of step.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{Migrator, Scheme, ShardSpec, shard_layout};

/// How many migrations of its own the scenario has.
pub(crate) const STAGES: usize = 4;

/// Physical tables, where it does not matter.
pub(crate) const COUNT: u16 = 4;

pub(crate) const NASTY: &str = "o'r\"d`er; DROP -- \\ idx";

pub(crate) fn spec(count: u16) -> ShardSpec {
    ShardSpec {
        table: "asset_tb".to_owned(),
        key: "user_id".to_owned(),
        count,
        scheme: Scheme::Slot,
    }
}

/// The first `stages` of the scenario, on `count` tables.
pub(crate) fn migrator(stages: usize, count: u16) -> Migrator {
    Migrator::new(streams(stages))
        .unwrap()
        .sharded(vec![spec(count)])
}

pub(crate) fn streams(stages: usize) -> Vec<Stream> {
    let all = vec![create(), columns(), indexes(), drop()];
    let migrations = all.into_iter().take(stages).collect();
    vec![shard_layout(), Stream::new("app", migrations)]
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("asset_tb")
        .col(big_integer("id").primary_key())
        .col(big_integer("user_id"))
        .col(date_time_default_now("made_at"))
        .index(
            Index::create()
                .unique()
                .name("uq_inner")
                .col("user_id")
                .col("id"),
        )
        .to_owned()
}

fn index(name: &str) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table("asset_tb").col("user_id").to_owned()
}

fn drop_index(name: &str) -> IndexDropStatement {
    Index::drop().name(name).table("asset_tb").to_owned()
}

fn create() -> Migration {
    Migration::new("app_0001_create", |steps| {
        steps.create_table(table());
        steps.create_index(index(NASTY));
        steps.create_index(index("idx_asset_tb_user"));
        steps.sql("CREATE TABLE plain_tb (n INT)").undo(|undo| {
            undo.drop_table(Table::drop().table("plain_tb").to_owned());
        });
    })
}

fn columns() -> Migration {
    Migration::new("app_0002_columns", |steps| {
        let note = Table::alter()
            .table("asset_tb")
            .add_column(string_len_null("note", 200))
            .to_owned();
        steps.alter_table(note);
        steps.sql("INSERT INTO plain_tb (n) SELECT 1").undo(|undo| {
            undo.sql("DELETE FROM plain_tb");
        });
        steps
            .sql("UPDATE asset_tb SET note = 'none' WHERE asset_tb.note IS NULL")
            .undo(|undo| {
                undo.sql("UPDATE plain_tb SET n = 3");
                undo.sql("UPDATE asset_tb SET note = NULL WHERE note = 'none'");
                undo.sql("UPDATE plain_tb SET n = n + 1");
            });
    })
}

fn indexes() -> Migration {
    Migration::new("app_0003_indexes", |steps| {
        // sea-query does not double the quotes in the name of an index that is dropped.
        let nasty = match steps.backend() {
            DbBackend::MySql => NASTY.replace('`', "``"),
            _ => NASTY.replace('"', "\"\""),
        };
        steps.drop_index(drop_index(&nasty)).undo(|undo| {
            undo.create_index(index(NASTY));
        });
        steps.create_index(index("idx_again"));
        if steps.backend() != DbBackend::Sqlite {
            let add = "ALTER TABLE asset_tb ADD CONSTRAINT uq_asset UNIQUE (user_id, id)";
            steps.sql(add).undo(|undo| {
                let kind = match undo.backend() {
                    DbBackend::MySql => "INDEX",
                    _ => "CONSTRAINT",
                };
                undo.sql(&format!("ALTER TABLE asset_tb DROP {kind} uq_asset"));
            });
        }
    })
}

/// Away, and made again: as plain as it was at first.
fn drop() -> Migration {
    Migration::new("app_0004_again", |steps| {
        let drop = Table::drop().table("asset_tb").to_owned();
        steps.drop_table(drop).undo(|undo| {
            undo.create_table(table());
            undo.create_index(index("idx_asset_tb_user"));
            undo.create_index(index("idx_again"));
            let note = Table::alter()
                .table("asset_tb")
                .add_column(string_len_null("note", 200))
                .to_owned();
            undo.alter_table(note);
            if undo.backend() != DbBackend::Sqlite {
                undo.sql("ALTER TABLE asset_tb ADD CONSTRAINT uq_asset UNIQUE (user_id, id)");
            }
        });
        steps.create_table(table());
        let note = Table::alter()
            .table("asset_tb")
            .add_column(string_len_null("note", 100))
            .to_owned();
        steps.alter_table(note);
    })
}
