//! The tables of tasks: up, down, up.

use cloudapp_migrations::prelude::*;
use cloudapp_migrations::{Migrator, framework, task};

use crate::support::{Db, down, on_each_database, up};

on_each_database!(up_down_up);

async fn up_down_up(db: Db) {
    let migrator = Migrator::new(vec![framework(), Stream::new("task", task())]).unwrap();
    let empty = db.dump().await;
    up(&migrator, &db).await;
    let full = db.dump().await;
    for table in ["info", "count", "gear_count", "evidence", "log", "swap"] {
        assert!(full.contains(&format!("task_{table}_tb")), "{table}");
    }
    down(&migrator, &db, usize::MAX).await;
    assert_eq!(db.dump().await, empty);
    up(&migrator, &db).await;
    assert_eq!(db.dump().await, full);
    assert!(migrator.check(&db.conn).await.unwrap().is_empty());
}
