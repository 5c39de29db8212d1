//! The activity of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types::{DateTime, Decimal, Utc};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};

use super::entity::{act_info, act_module};

/// Makes a released activity with one released module, under the ids that the rest of the demo
/// campaign knows them by, unless there is one already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let there = act_info::Entity::find_by_id(demo.act_id);
    if there.one(ctx.db()).await?.is_some() {
        return Ok(());
    }
    let now = ctx.now();
    activity(demo, now).insert(ctx.db()).await?;
    module(demo, now).insert(ctx.db()).await?;
    Ok(())
}

fn activity(demo: &Demo, now: DateTime<Utc>) -> act_info::ActiveModel {
    act_info::ActiveModel {
        id: Set(demo.act_id),
        app_id: Set(demo.app_id.to_owned()),
        act_name: Set("Demo campaign".to_owned()),
        business_type: Set(0),
        act_type: Set(0),
        theme_id: Set(Id::new(0)),
        store_url: Set(String::new()),
        is_visit_store: Set(false),
        close_word: Set("The campaign is over".to_owned()),
        is_share: Set(true),
        share_desc_json: Set(None),
        is_rule: Set(false),
        rule_desc_json: Set(None),
        agreement_json: Set(None),
        brand_json: Set(None),
        task_asset_type_json: Set(None),
        join_ways: Set(0),
        is_black: Set(false),
        refund_count: Set(0),
        lc_order_id: Set(String::new()),
        start_date: Set(Some(now)),
        end_date: Set(None),
        finish_menu_config_json: Set(None),
        is_finish: Set(true),
        is_launch: Set(false),
        sort_index: Set(1),
        is_release: Set(true),
        release_date: Set(now),
        is_del: Set(false),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

fn module(demo: &Demo, now: DateTime<Utc>) -> act_module::ActiveModel {
    act_module::ActiveModel {
        id: Set(demo.module_id),
        app_id: Set(demo.app_id.to_owned()),
        act_id: Set(demo.act_id),
        module_name: Set("Lucky draw".to_owned()),
        module_sub_name: Set(String::new()),
        module_type: Set(0),
        business_type: Set(0),
        module_pic: Set(String::new()),
        module_desc: Set(String::new()),
        skin_id: Set(Id::new(0)),
        price: Set(Decimal::from(0)),
        price_gear_id: Set(Id::new(0)),
        ip_id: Set(Id::new(0)),
        join_ways: Set(0),
        start_date: Set(None),
        end_date: Set(None),
        sort_index: Set(1),
        is_release: Set(true),
        release_date: Set(now),
        is_del: Set(false),
        created_at: Set(now),
        updated_at: Set(now),
    }
}
