//! The price gears of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types::Decimal;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _,
};

use super::entity::{ActiveModel, Column, Entity};

/// Makes two gears that are bound to nothing, unless the activity has some already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let gears = Entity::find()
        .filter(Column::AppId.eq(demo.app_id))
        .filter(Column::ActId.eq(demo.act_id));
    if gears.count(ctx.db()).await? > 0 {
        return Ok(());
    }
    let now = ctx.now();
    for (sort_index, name, cents) in [(2, "One box", 1990), (1, "Five boxes", 8990)] {
        let row = ActiveModel {
            id: Set(ctx.next_id().await?),
            app_id: Set(demo.app_id.to_owned()),
            act_id: Set(demo.act_id),
            business_type: Set(0),
            relation_type: Set(1),
            goods_id: Set(None),
            sku_id: Set(None),
            price_gear_name: Set(name.to_owned()),
            price_gear_pic: Set(String::new()),
            price: Set(Decimal::from_parts(cents, 2)),
            effective_date: Set(None),
            remark: Set(String::new()),
            sort_index: Set(sort_index),
            is_del: Set(false),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(ctx.db()).await?;
    }
    Ok(())
}
