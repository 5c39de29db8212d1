//! The migrations that the tests of kills and locks run: every kind of step.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{Migrator, framework};

/// The framework's migrations and those of the scenario.
pub(crate) fn migrator() -> Migrator {
    Migrator::new(vec![framework(), Stream::new("app", migrations())]).unwrap()
}

/// How many the scenario has.
pub(crate) const STAGES: usize = 5;

/// Those of the scenario only.
pub(crate) fn small() -> Migrator {
    first(STAGES)
}

/// From this number of stages on, it is [`crate::sharded`] that is meant.
pub(crate) const SHARDED: usize = 100;

/// The first `stages` of the scenario.
pub(crate) fn first(stages: usize) -> Migrator {
    if stages >= SHARDED {
        return crate::sharded::migrator(stages - SHARDED, crate::sharded::COUNT);
    }
    let migrations = migrations().into_iter().take(stages).collect();
    Migrator::new(vec![Stream::new("app", migrations)]).unwrap()
}

fn migrations() -> Vec<Migration> {
    vec![tables(), rows(), columns(), renames(), by_hand()]
}

fn tables() -> Migration {
    Migration::new("app_0001_tables", |steps| {
        let count = Table::create()
            .table("count_tb")
            .col(integer("id").primary_key())
            .col(integer("n"))
            .col(date_time_default_now("at"))
            .to_owned();
        steps.create_table(count);
        let child = Table::create()
            .table("child_tb")
            .col(big_integer("id").primary_key())
            .col(integer("count_id"))
            .col(string_len("title", 40))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_child")
                    .from("child_tb", "count_id")
                    .to("count_tb", "id"),
            )
            .to_owned();
        steps.create_table(child);
        steps.create_index(
            Index::create()
                .name("idx_child")
                .table("child_tb")
                .col("title")
                .col("id")
                .to_owned(),
        );
        let unique = Index::create()
            .unique()
            .name("uq_child")
            .table("child_tb")
            .col("title")
            .to_owned();
        steps.create_index(unique);
    })
}

/// `n` of the one row is 2 if, and only if, each step ran once.
fn rows() -> Migration {
    Migration::new("app_0002_rows", |steps| {
        steps
            .sql("INSERT INTO count_tb (id, n) VALUES (1, 0)")
            .undo(|undo| {
                undo.sql("DELETE FROM count_tb WHERE n = 0");
            });
        steps
            .data("add one", |txn| Box::pin(add(txn, 1)))
            .undo(|undo| {
                undo.data("take one", |txn| Box::pin(add(txn, -1)));
            });
        steps.sql("UPDATE count_tb SET n = n + 1").undo(|undo| {
            undo.sql("UPDATE count_tb SET n = n - 1");
        });
    })
}

async fn add(txn: &DatabaseTransaction, by: i32) -> Result<(), DbErr> {
    txn.execute_unprepared(&format!("UPDATE count_tb SET n = n + {by}"))
        .await?;
    Ok(())
}

fn columns() -> Migration {
    Migration::new("app_0003_columns", |steps| {
        let body = Table::alter()
            .table("child_tb")
            .add_column(string_len_null("body", 200))
            .to_owned();
        steps.alter_table(body);
        let rename = Table::alter()
            .table("child_tb")
            .rename_column("body", "text_body")
            .to_owned();
        steps.alter_table(rename);
        if steps.backend() != DbBackend::Sqlite {
            let wide = Table::alter()
                .table("child_tb")
                .add_column(integer_null("a"))
                .add_column(big_integer_null("b"))
                .to_owned();
            steps.alter_table(wide);
            let again = ForeignKey::create()
                .name("fk_again")
                .from("child_tb", "a")
                .to("count_tb", "id")
                .to_owned();
            steps.create_foreign_key(again);
        }
    })
}

fn renames() -> Migration {
    Migration::new("app_0004_rename", |steps| {
        steps.rename_table(Table::rename().table("child_tb", "kid_tb").to_owned());
        steps.create_index(
            Index::create()
                .name("idx_kid")
                .table("kid_tb")
                .col("text_body")
                .to_owned(),
        );
    })
}

fn by_hand() -> Migration {
    Migration::new("app_0005_by_hand", |steps| {
        let index = Index::drop().name("idx_kid").table("kid_tb").to_owned();
        steps.drop_index(index);
        if steps.backend() != DbBackend::Sqlite {
            let modify = Table::alter()
                .table("kid_tb")
                .modify_column(string_len("text_body", 300).null())
                .to_owned();
            steps.alter_table(modify);
        }
        steps.sql("CREATE TABLE hand_tb (id INT PRIMARY KEY, note VARCHAR(10))");
    })
    .down(|steps| {
        steps.drop_table(Table::drop().table("hand_tb").to_owned());
        if steps.backend() != DbBackend::Sqlite {
            let modify = Table::alter()
                .table("kid_tb")
                .modify_column(string_len("text_body", 200).null())
                .to_owned();
            steps.alter_table(modify);
        }
        let index = Index::create()
            .name("idx_kid")
            .table("kid_tb")
            .col("text_body")
            .to_owned();
        steps.create_index(index);
    })
}
