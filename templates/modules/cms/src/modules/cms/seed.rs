//! The article of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _,
};

use super::entity::{article, place};
use super::service::place::FOR_PLAYERS;

/// Makes a released place with one released article, unless the tenant has places already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let places = place::Entity::find().filter(place::Column::AppId.eq(demo.app_id));
    if places.count(ctx.db()).await? > 0 {
        return Ok(());
    }
    let now = ctx.now();
    let home = place::ActiveModel {
        id: Set(ctx.next_id().await?),
        app_id: Set(demo.app_id.to_owned()),
        place_name: Set("Home".to_owned()),
        place_type: Set(FOR_PLAYERS),
        config_json: Set(None),
        field_config_json: Set(None),
        remark: Set(String::new()),
        is_release: Set(true),
        release_date: Set(now),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let home = home.insert(ctx.db()).await?;
    let none = String::new;
    let news = article::ActiveModel {
        id: Set(ctx.next_id().await?),
        app_id: Set(demo.app_id.to_owned()),
        act_id: Set(demo.act_id),
        place_id: Set(home.id),
        info_title: Set("How to take part".to_owned()),
        simple_title: Set(none()),
        simple_title_url: Set(none()),
        info_type: Set(0),
        info_summary: Set(none()),
        info_tag: Set(none()),
        info_mark: Set(none()),
        target_url: Set(none()),
        min_pic: Set(none()),
        mid_pic: Set(none()),
        max_pic: Set(none()),
        info_data: Set("Do tasks for points, and draw with them.".to_owned()),
        pic_collect_json: Set(None),
        i1: Set(0),
        i2: Set(0),
        i3: Set(0),
        i4: Set(0),
        s1: Set(none()),
        s2: Set(none()),
        s3: Set(none()),
        s4: Set(none()),
        sort_index: Set(1),
        is_release: Set(true),
        release_date: Set(now),
        created_at: Set(now),
        updated_at: Set(now),
    };
    news.insert(ctx.db()).await?;
    Ok(())
}
