//! Price gears: operators bind prices to goods of the shop, players see those that hold.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, `admin` for operators |
//! | `dto.rs` | what requests carry and answers show |
//! | `service.rs` | what can be done, and on whose rows |
//! | `binding.rs` | which gear, and which activity, a goods belongs to |
//! | `hooks.rs` | the app's own rules around it |
//! | `seed.rs` | what the demo campaign has of it |
//! | `entity.rs` | the table as SeaORM sees it |
//! | `migration.rs` | the table as the database gets it |

pub mod binding;
pub mod dto;
pub mod entity;
pub mod handlers;
pub mod hooks;
pub mod migration;
pub mod seed;
pub mod service;

use cloudapp_runtime::oplog::{Field, Logged};
use cloudapp_runtime::prelude::Module;

/// Permission to see price gears.
pub const READ: &str = "price.read";
/// Permission to change price gears.
pub const WRITE: &str = "price.write";

/// Price gears in the operation log: what people call them and their fields.
pub const LOGGED: Logged = Logged::new("price")
    .called("Price gear", "价格档位")
    .fields(&[
        Field::new("act_id", "Activity", "活动"),
        Field::new("business_type", "Purpose", "业务类型"),
        Field::new("relation_type", "Bound to", "关联方式")
            .values(&[("1", "A SKU", "按 SKU"), ("2", "A goods", "按商品")]),
        Field::new("goods_id", "Goods", "商品"),
        Field::new("sku_id", "SKU", "SKU"),
        Field::new("price_gear_name", "Name", "档位名称"),
        Field::new("price_gear_pic", "Picture", "图片"),
        Field::new("price", "Price", "价格"),
        Field::new("effective_date", "Shown from", "生效时间"),
        Field::new("remark", "Note", "备注"),
        Field::new("sort_index", "Place", "排序"),
        Field::new("is_del", "Removed", "是否删除"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("price")
        .title("Price gears")
        .routes(handlers::client::routes())
        .routes(handlers::admin::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .logged(&LOGGED)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
