//! The coupon of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types::Decimal;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _,
};

use super::entity::{ActiveModel, Column, Entity};

/// Makes the coupon of prize 1, unless the activity has some already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let coupons = Entity::find()
        .filter(Column::AppId.eq(demo.app_id))
        .filter(Column::ActId.eq(demo.act_id));
    if coupons.count(ctx.db()).await? > 0 {
        return Ok(());
    }
    let now = ctx.now();
    let row = ActiveModel {
        id: Set(ctx.next_id().await?),
        app_id: Set(demo.app_id.to_owned()),
        act_id: Set(demo.act_id),
        module_id: Set(demo.module_id),
        prize_id: Set(Id::new(1)),
        coupon_type: Set(1),
        coupon_url: Set(String::new()),
        coupon_price: Set(Decimal::from_parts(500, 2)),
        use_sill_price: Set(Decimal::from_parts(5000, 2)),
        right_ename: Set(String::new()),
        pool_id: Set(String::new()),
        coupon_start_date: Set(None),
        coupon_end_date: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    row.insert(ctx.db()).await?;
    Ok(())
}
