//! The goods of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _,
};

use super::entity::launch;

/// Makes one goods that is shown, unless the activity has some already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let goods = launch::Entity::find()
        .filter(launch::Column::AppId.eq(demo.app_id))
        .filter(launch::Column::ActId.eq(demo.act_id));
    if goods.count(ctx.db()).await? > 0 {
        return Ok(());
    }
    let now = ctx.now();
    let row = launch::ActiveModel {
        id: Set(ctx.next_id().await?),
        app_id: Set(demo.app_id.to_owned()),
        act_id: Set(demo.act_id),
        goods_id: Set("demo-goods-1".to_owned()),
        is_launch: Set(true),
        launch_date: Set(Some(now)),
        is_sync: Set(false),
        sync_date: Set(None),
        error_message: Set(String::new()),
        created_at: Set(now),
        updated_at: Set(now),
    };
    row.insert(ctx.db()).await?;
    Ok(())
}
