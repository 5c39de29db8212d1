//! Themes, their versions for clients, and skins: operators edit them, players use them.
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

/// Permission to see themes that are not released.
pub const READ: &str = "theme.read";
/// Permission to change themes and skins.
pub const WRITE: &str = "theme.write";
/// Permission to give a theme to every tenant.
pub const PUBLIC: &str = "theme.public";

/// Themes in the operation log: what people call them and their fields.
pub const LOGGED_THEME: Logged = Logged::new("theme").called("Theme", "主题").fields(&[
    Field::new("ascription_type", "Whose it is", "归属").values(&[
        ("0", "The tenant", "商家自有"),
        ("1", "Every tenant", "公共"),
    ]),
    Field::new("theme_name", "Name", "主题名称"),
    Field::new("server_json", "For the console", "后台配置"),
    Field::new("out_id", "Id in the tool", "外部编号"),
    Field::new("style_type", "Style", "样式"),
    Field::new("sort_index", "Place", "排序"),
    Field::new("is_release", "Released", "是否上架"),
    Field::new("created_at", "Made at", "创建时间"),
    Field::new("updated_at", "Changed at", "修改时间"),
]);

/// Skins in the operation log: what people call them and their fields.
pub const LOGGED_SKIN: Logged = Logged::new("theme_skin").called("Skin", "皮肤").fields(&[
    Field::new("theme_id", "Theme", "主题"),
    Field::new("skin_name", "Name", "皮肤名称"),
    Field::new("style_type", "Style", "样式"),
    Field::new("client_json", "For clients", "客户端配置"),
    Field::new("server_json", "For the console", "后台配置"),
    Field::new("out_id", "Id in the tool", "外部编号"),
    Field::new(
        "theme_out_id",
        "Id of the theme in the tool",
        "主题外部编号",
    ),
    Field::new("sort_index", "Place", "排序"),
    Field::new("created_at", "Made at", "创建时间"),
    Field::new("updated_at", "Changed at", "修改时间"),
]);

/// Versions of themes in the operation log: what people call them and their fields.
pub const LOGGED_VERSION: Logged = Logged::new("theme_version")
    .called("Version of a theme", "主题版本")
    .fields(&[
        Field::new("theme_id", "Theme", "主题"),
        Field::new("ver_no", "Version", "版本号"),
        Field::new("client_json", "For clients", "客户端配置"),
        Field::new("out_id", "Id in the tool", "外部编号"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("theme")
        .title("Themes")
        .routes(handlers::client::routes())
        .routes(handlers::theme::routes())
        .routes(handlers::skin::routes())
        .routes(handlers::version::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE, PUBLIC])
        .logged(&LOGGED_THEME)
        .logged(&LOGGED_SKIN)
        .logged(&LOGGED_VERSION)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
