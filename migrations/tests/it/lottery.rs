//! The tables of prizes, draws and shipments: up, down, up.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{Migrator, framework, lottery, order};

use crate::support::{Db, down, on_each_database, up};

on_each_database!(up_down_up);

async fn up_down_up(db: Db) {
    let migrator = Migrator::new(vec![
        framework(),
        Stream::new("prize", lottery()),
        Stream::new("order", order()),
    ])
    .unwrap();
    let empty = db.dump().await;
    up(&migrator, &db).await;
    let full = db.dump().await;
    for table in [
        "act_prize_tb",
        "lottery_rule_tb",
        "lottery_count_tb",
        "lottery_draw_tb",
        "prize_roster_tb",
        "prize_order_tb",
    ] {
        assert!(full.contains(table), "{table}");
    }
    down(&migrator, &db, usize::MAX).await;
    assert_eq!(db.dump().await, empty);
    up(&migrator, &db).await;
    assert_eq!(db.dump().await, full);
    assert!(migrator.check(&db.conn).await.unwrap().is_empty());
}
