//! The series of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _,
};

use super::entity::{ip_info, ip_type};

/// Makes one released series of a released type, unless the activity has a type already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let types = ip_type::Entity::find()
        .filter(ip_type::Column::AppId.eq(demo.app_id))
        .filter(ip_type::Column::ActId.eq(demo.act_id));
    if types.count(ctx.db()).await? > 0 {
        return Ok(());
    }
    let now = ctx.now();
    let kind = ip_type::ActiveModel {
        id: Set(ctx.next_id().await?),
        app_id: Set(demo.app_id.to_owned()),
        act_id: Set(demo.act_id),
        type_name: Set("Animals".to_owned()),
        type_pic: Set(String::new()),
        sort_index: Set(1),
        is_release: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let kind = kind.insert(ctx.db()).await?;
    let series = ip_info::ActiveModel {
        id: Set(ctx.next_id().await?),
        app_id: Set(demo.app_id.to_owned()),
        act_id: Set(demo.act_id),
        ip_name: Set("Forest friends".to_owned()),
        mode_type: Set(0),
        ip_type: Set(kind.id),
        ip_pic: Set(String::new()),
        show_pic: Set(String::new()),
        ip_summary: Set(String::new()),
        ip_config_json: Set(None),
        sort_index: Set(1),
        is_release: Set(true),
        is_del: Set(false),
        del_date: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    series.insert(ctx.db()).await?;
    Ok(())
}
