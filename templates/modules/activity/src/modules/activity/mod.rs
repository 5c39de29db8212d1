//! Activities and their modules: operators set them up and release them, players see them.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, the others for operators |
//! | `dto/` | what requests carry and answers show |
//! | `service/` | what can be done, and on whose rows |
//! | `hooks.rs` | the app's own rules around it |
//! | `seed.rs` | the activity of the demo campaign |
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

/// Permission to see activities and modules that are not released.
pub const READ: &str = "activity.read";
/// Permission to change activities and modules.
pub const WRITE: &str = "activity.write";

/// Activities in the operation log: what people call them and their fields.
pub const LOGGED_ACT_INFO: Logged = Logged::new("activity").called("Activity", "活动").fields(&[
    Field::new("act_name", "Name", "活动名称"),
    Field::new("business_type", "Business", "业务类型"),
    Field::new("act_type", "Type", "活动类型"),
    Field::new("theme_id", "Theme", "主题"),
    Field::new("store_url", "Shop", "店铺链接"),
    Field::new("is_visit_store", "Leads to the shop", "是否进店"),
    Field::new("close_word", "Said when over", "关闭文案"),
    Field::new("is_share", "Can be shared", "是否分享"),
    Field::new("share_desc_json", "Sharing", "分享配置"),
    Field::new("is_rule", "Shows rules", "是否显示规则"),
    Field::new("rule_desc_json", "Rules", "规则"),
    Field::new("agreement_json", "Agreement", "协议"),
    Field::new("brand_json", "Brand", "品牌"),
    Field::new("task_asset_type_json", "Paid by tasks", "任务资产类型"),
    Field::new("join_ways", "Who may join", "参与方式"),
    Field::new("is_black", "Keeps refunders out", "是否自动拉黑"),
    Field::new("refund_count", "Refunds", "退款次数"),
    Field::new("lc_order_id", "Light-shop order", "轻店订单"),
    Field::new("start_date", "From", "开始时间"),
    Field::new("end_date", "Until", "结束时间"),
    Field::new("finish_menu_config_json", "Steps done", "完成的配置"),
    Field::new("is_finish", "Set up", "是否配置完成"),
    Field::new("is_launch", "Shown by the platform", "是否投放"),
    Field::new("sort_index", "Place", "排序"),
    Field::new("is_release", "Released", "是否上架"),
    Field::new("release_date", "Released at", "上下架时间"),
    Field::new("is_del", "Removed", "是否删除"),
    Field::new("created_at", "Made at", "创建时间"),
    Field::new("updated_at", "Changed at", "修改时间"),
]);

/// Modules of activities in the operation log: what people call them and their fields.
pub const LOGGED_ACT_MODULE: Logged = Logged::new("activity_module")
    .called("Module of an activity", "活动模块")
    .fields(&[
        Field::new("act_id", "Activity", "活动"),
        Field::new("module_name", "Name", "模块名称"),
        Field::new("module_sub_name", "Second name", "副标题"),
        Field::new("module_type", "Type", "模块类型"),
        Field::new("business_type", "Business", "业务类型"),
        Field::new("module_pic", "Picture", "图片"),
        Field::new("module_desc", "Description", "描述"),
        Field::new("skin_id", "Skin", "皮肤"),
        Field::new("price", "Price", "价格"),
        Field::new("price_gear_id", "Price gear", "价格档位"),
        Field::new("ip_id", "Series", "IP 系列"),
        Field::new("join_ways", "Who may join", "参与方式"),
        Field::new("start_date", "From", "开始时间"),
        Field::new("end_date", "Until", "结束时间"),
        Field::new("sort_index", "Place", "排序"),
        Field::new("is_release", "Released", "是否上架"),
        Field::new("release_date", "Released at", "上下架时间"),
        Field::new("is_del", "Removed", "是否删除"),
        Field::new("created_at", "Made at", "创建时间"),
        Field::new("updated_at", "Changed at", "修改时间"),
    ]);

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("activity")
        .title("Activities")
        .routes(handlers::client::routes())
        .routes(handlers::act_info::routes())
        .routes(handlers::act_module::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .logged(&LOGGED_ACT_INFO)
        .logged(&LOGGED_ACT_MODULE)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
