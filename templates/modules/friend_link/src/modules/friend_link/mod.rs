//! Links to partner campaigns: operators edit and release them, players see them.
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

/// Permission to see links that are not released.
pub const READ: &str = "friend_link.read";
/// Permission to change links.
pub const WRITE: &str = "friend_link.write";

/// Links in the operation log: what people call them and their fields.
pub const LOGGED: Logged = Logged::new("friend_link")
    .called("Friend link", "友情链接")
    .fields(&[
        Field::new("title", "Title", "标题"),
        Field::new("ad_pic", "Small picture", "小图"),
        Field::new("big_pic", "Large picture", "大图"),
        Field::new("product_link", "Leads to", "跳转地址"),
        Field::new("associated_url", "Second address", "关联地址"),
        Field::new("sort_index", "Place", "排序"),
        Field::new("is_release", "Released", "是否上架"),
        Field::new("release_date", "Released at", "上下架时间"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("friend_link")
        .title("Friend links")
        .routes(handlers::client::routes())
        .routes(handlers::admin::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .logged(&LOGGED)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
