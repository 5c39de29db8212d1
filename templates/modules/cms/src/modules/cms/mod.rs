//! Places and the articles that they show: operators edit and release them, players read them.
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

/// Permission to see places and articles that are not released.
pub const READ: &str = "cms.read";
/// Permission to change places and articles.
pub const WRITE: &str = "cms.write";

/// Articles in the operation log: what people call them and their fields.
pub const LOGGED_ARTICLE: Logged = Logged::new("cms_article")
    .called("Article", "文章")
    .fields(&[
        Field::new("act_id", "Activity", "活动"),
        Field::new("place_id", "Place", "展示位"),
        Field::new("info_title", "Title", "标题"),
        Field::new("simple_title", "Short title", "短标题"),
        Field::new("simple_title_url", "Short title leads to", "短标题链接"),
        Field::new("info_type", "Type", "类型"),
        Field::new("info_summary", "Summary", "摘要"),
        Field::new("info_tag", "Tag", "标签"),
        Field::new("info_mark", "Mark", "标记"),
        Field::new("target_url", "Leads to", "跳转地址"),
        Field::new("min_pic", "Small picture", "小图"),
        Field::new("mid_pic", "Picture", "中图"),
        Field::new("max_pic", "Large picture", "大图"),
        Field::new("info_data", "Text", "正文"),
        Field::new("pic_collect_json", "More pictures", "图集"),
        Field::new("sort_index", "Place", "排序"),
        Field::new("is_release", "Released", "是否上架"),
        Field::new("release_date", "Released at", "上下架时间"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// Places in the operation log: what people call them and their fields.
pub const LOGGED_PLACE: Logged = Logged::new("cms_place")
    .called("Place of articles", "文章展示位")
    .fields(&[
        Field::new("place_name", "Name", "展示位名称"),
        Field::new("place_type", "Who sees it", "展示对象").values(&[
            ("1", "The merchant", "商家后台"),
            ("2", "Players", "用户端"),
        ]),
        Field::new("config_json", "How it is shown", "展示配置"),
        Field::new("field_config_json", "Fields of articles", "字段配置"),
        Field::new("remark", "Note", "备注"),
        Field::new("is_release", "Released", "是否上架"),
        Field::new("release_date", "Released at", "上下架时间"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("cms")
        .title("Articles")
        .routes(handlers::client::routes())
        .routes(handlers::article::routes())
        .routes(handlers::place::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .logged(&LOGGED_ARTICLE)
        .logged(&LOGGED_PLACE)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
