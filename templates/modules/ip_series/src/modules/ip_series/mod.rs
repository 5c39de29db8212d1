//! Series of characters and their types: operators edit and release them, players see them.
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

/// Permission to see series and types that are not released.
pub const READ: &str = "ip_series.read";
/// Permission to change series and types.
pub const WRITE: &str = "ip_series.write";

/// Series in the operation log: what people call them and their fields.
pub const LOGGED_IP_INFO: Logged = Logged::new("ip_series_info")
    .called("Series", "IP 系列")
    .fields(&[
        Field::new("act_id", "Activity", "活动"),
        Field::new("ip_name", "Name", "系列名称"),
        Field::new("mode_type", "Mode", "玩法"),
        Field::new("ip_type", "Type", "类型"),
        Field::new("ip_pic", "Picture", "图片"),
        Field::new("show_pic", "Large picture", "展示图"),
        Field::new("ip_summary", "Summary", "简介"),
        Field::new("ip_config_json", "Settings", "配置"),
        Field::new("sort_index", "Place", "排序"),
        Field::new("is_release", "Released", "是否上架"),
        Field::new("is_del", "Removed", "是否删除"),
        Field::new("del_date", "Removed at", "删除时间"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// Types of series in the operation log: what people call them and their fields.
pub const LOGGED_IP_TYPE: Logged = Logged::new("ip_series_type")
    .called("Type of series", "IP 类型")
    .fields(&[
        Field::new("act_id", "Activity", "活动"),
        Field::new("type_name", "Name", "类型名称"),
        Field::new("type_pic", "Picture", "图片"),
        Field::new("sort_index", "Place", "排序"),
        Field::new("is_release", "Released", "是否上架"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("ip_series")
        .title("Series of characters")
        .routes(handlers::client::routes())
        .routes(handlers::ip_info::routes())
        .routes(handlers::ip_type::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .logged(&LOGGED_IP_INFO)
        .logged(&LOGGED_IP_TYPE)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
