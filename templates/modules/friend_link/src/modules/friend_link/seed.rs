//! The links of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _,
};

use super::entity::{ActiveModel, Column, Entity};

/// Makes two released links, unless the tenant has some already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let links = Entity::find().filter(Column::AppId.eq(demo.app_id));
    if links.count(ctx.db()).await? > 0 {
        return Ok(());
    }
    let now = ctx.now();
    for (sort_index, title) in [(2, "Summer lottery"), (1, "Members' day")] {
        let row = ActiveModel {
            id: Set(ctx.next_id().await?),
            app_id: Set(demo.app_id.to_owned()),
            title: Set(title.to_owned()),
            ad_pic: Set(String::new()),
            big_pic: Set(String::new()),
            product_link: Set("pages/index/index".to_owned()),
            associated_url: Set(String::new()),
            sort_index: Set(sort_index),
            is_release: Set(true),
            release_date: Set(now),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(ctx.db()).await?;
    }
    Ok(())
}
