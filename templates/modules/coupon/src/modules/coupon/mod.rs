//! Coupons of prizes: operators say what they are, players see what they are worth.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, `admin` for operators |
//! | `dto.rs` | what requests carry and answers show |
//! | `service.rs` | what can be done, and on whose rows |
//! | `hooks.rs` | the app's own rules around it |
//! | `seed.rs` | what the demo campaign has of it |
//! | `entity.rs` | the table as SeaORM sees it |
//! | `migration.rs` | the table as the database gets it |

pub mod dto;
pub mod entity;
pub mod handlers;
pub mod hooks;
pub mod migration;
pub mod seed;
pub mod service;

use cloudapp_runtime::oplog::{Field, Logged};
use cloudapp_runtime::prelude::Module;

/// Permission to see coupons.
pub const READ: &str = "coupon.read";
/// Permission to change coupons.
pub const WRITE: &str = "coupon.write";

/// Coupons in the operation log: what people call them and their fields.
pub const LOGGED: Logged = Logged::new("coupon").called("Coupon", "优惠券").fields(&[
    Field::new("act_id", "Activity", "活动"),
    Field::new("module_id", "Module", "活动模块"),
    Field::new("prize_id", "Prize", "奖品"),
    Field::new("coupon_type", "Type", "券类型").values(&[
        ("0", "Nothing yet", "无"),
        ("1", "Store", "店铺券"),
        ("2", "Goods", "商品券"),
        ("3", "Members", "会员券"),
    ]),
    Field::new("coupon_url", "Collected at", "领取地址"),
    Field::new("coupon_price", "Worth", "面额"),
    Field::new("use_sill_price", "From an amount of", "使用门槛"),
    Field::new("right_ename", "Name at the platform", "权益标识"),
    Field::new("pool_id", "Pool", "奖池"),
    Field::new("coupon_start_date", "From", "开始时间"),
    Field::new("coupon_end_date", "Until", "结束时间"),
    Field::new("created_at", "Made at", "创建时间"),
    Field::new("updated_at", "Changed at", "修改时间"),
]);

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("coupon")
        .title("Coupons")
        .routes(handlers::client::routes())
        .routes(handlers::admin::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .logged(&LOGGED)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
