//! Stock sea-orm-migration migrations, and what PostgreSQL refuses in transactions.

use cloudapp_migrations::Options;
use cloudapp_migrations::prelude::*;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::support::{Db, app, changed, down, on_each_database, up};

on_each_database!(adopted, adopted_without_down, concurrently);

struct Stock {
    reversible: bool,
    in_transaction: Option<bool>,
}

impl MigrationName for Stock {
    fn name(&self) -> &str {
        "m20240101_stock"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Stock {
    fn use_transaction(&self) -> Option<bool> {
        self.in_transaction
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("stock_tb")
            .col(pk_auto("id"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !self.reversible {
            return Err(DbErr::Migration("not this one".to_owned()));
        }
        manager
            .drop_table(Table::drop().table("stock_tb").to_owned())
            .await
    }
}

fn adopt(reversible: bool, in_transaction: Option<bool>) -> Migration {
    Migration::new("adopted", move |steps| {
        steps.sea_orm(Stock {
            reversible,
            in_transaction,
        });
    })
}

async fn adopted(db: Db) {
    for in_transaction in [None, Some(true), Some(false)] {
        let migrator = app(vec![adopt(true, in_transaction)]);
        up(&migrator, &db).await;
        let full = db.dump().await;
        assert!(full.contains("stock_tb"));
        down(&migrator, &db, 1).await;
        assert_eq!(db.dump().await, "");
        up(&migrator, &db).await;
        assert_eq!(db.dump().await, full);
        assert_eq!(migrator.check(&db.conn).await.unwrap(), []);
        down(&migrator, &db, 1).await;
    }
}

async fn adopted_without_down(db: Db) {
    let migrator = app(vec![adopt(false, None)]);
    up(&migrator, &db).await;
    let full = db.dump().await;
    let error = migrator
        .down(&db.conn, 1, &Options::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("not this one"), "{error}");
    assert_eq!(db.dump().await.lines().next(), full.lines().next());
}

/// Journalled as on MySQL; an index that an interruption left invalid is made anew.
async fn concurrently(db: Db) {
    if db.backend != DbBackend::Postgres {
        return;
    }
    let migrator = app(vec![Migration::new("m", |steps| {
        steps.create_table(Table::create().table("m_tb").col(integer("id")).to_owned());
        let index = Index::create()
            .concurrently()
            .unique()
            .name("uq_m")
            .table("m_tb")
            .col("id")
            .to_owned();
        steps.create_index(index);
    })]);
    assert_eq!(changed(&up(&migrator, &db).await), ["m"]);
    let full = db.dump().await;
    // Killed while the index was being made:
    db.run("UPDATE cloudapp_migration_tb SET state = 'running', step = 1, started = 2")
        .await;
    db.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'uq_m'::regclass")
        .await;
    up(&migrator, &db).await;
    assert_eq!(db.dump().await, full);
    assert_eq!(migrator.check(&db.conn).await.unwrap(), []);
    down(&migrator, &db, 1).await;
    assert_eq!(db.dump().await, "");
}
