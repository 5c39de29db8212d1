//! Goods of the shop: those that an activity shows, and the special ones of a tenant.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, the others for operators |
//! | `dto/` | what requests carry and answers show |
//! | `service/` | what can be done, and on whose rows |
//! | `hooks.rs` | the app's own rules around it |
//! | `seed.rs` | what the demo campaign has of it |
//! | `entity/` | the tables as SeaORM sees them |
//! | `migration.rs` | the tables as the database gets them |

pub mod dto;
pub mod entity;
pub mod handlers;
pub mod hooks;
pub mod migration;
pub mod seed;
pub mod service;

use cloudapp_runtime::oplog::{Field, Logged};
use cloudapp_runtime::prelude::Module;

/// Permission to see goods that are not shown.
pub const READ: &str = "goods.read";
/// Permission to change goods.
pub const WRITE: &str = "goods.write";

/// Goods in the operation log: what people call them and their fields.
pub const LOGGED_LAUNCH: Logged = Logged::new("goods_launch")
    .called("Goods", "商品")
    .fields(&[
        Field::new("act_id", "Activity", "活动"),
        Field::new("goods_id", "Goods", "商品"),
        Field::new("is_launch", "Shown", "是否投放"),
        Field::new("launch_date", "Shown or hidden at", "投放时间"),
        Field::new("is_sync", "Platform was told", "是否同步"),
        Field::new("sync_date", "Told at", "同步时间"),
        Field::new("error_message", "What the platform said", "错误信息"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// Special goods in the operation log: what people call them and their fields.
pub const LOGGED_SPECIAL: Logged = Logged::new("goods_special")
    .called("Special goods", "特殊商品")
    .fields(&[
        Field::new("goods_id", "Goods", "商品"),
        Field::new("goods_name", "Name", "商品名称"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("goods")
        .title("Goods")
        .routes(handlers::client::routes())
        .routes(handlers::launch::routes())
        .routes(handlers::special::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .logged(&LOGGED_LAUNCH)
        .logged(&LOGGED_SPECIAL)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
