//! The prizes of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::asset::Asset;
use cloudapp_runtime::lottery::{PrizeDraft, PrizeFilter, RuleDraft};
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types::Decimal;

const GOODS: i32 = 1;
const CONSOLATION: i32 = 4;
const POINTS: i32 = 6;
/// What a draw costs, in points.
const COST: i64 = 10;

/// Type, name, weight, stock, worth in hundredths.
const PRIZES: [(i32, &str, i64, i64, i128); 4] = [
    (GOODS, "Phone", 1, 3, 399_900),
    (GOODS, "Tea cup", 49, 100, 2_990),
    (POINTS, "20 points", 150, 1_000, 0),
    (CONSOLATION, "Thanks", 800, 0, 0),
];

/// Makes four released prizes, and draws that cost 10 points, unless the module has some already.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let lottery = ctx.lottery();
    let of_module = PrizeFilter {
        act_id: Some(demo.act_id),
        module_id: Some(demo.module_id),
        ..PrizeFilter::default()
    };
    let one = PageQuery::new(0, 1);
    let there = lottery.prizes(demo.app_id, &of_module, &one).await?;
    if !there.items.is_empty() {
        return Ok(());
    }
    let rule = RuleDraft {
        act_id: demo.act_id,
        module_id: demo.module_id,
        cost_type: Asset::POINTS,
        cost_value: COST,
        times_max: 10,
        is_release: true,
        ..RuleDraft::default()
    };
    lottery.save_rule(demo.app_id, &rule).await?;
    let places = (1..=4).rev();
    for ((prize_type, name, weight, stock, worth), sort_index) in PRIZES.into_iter().zip(places) {
        let is_points = prize_type == POINTS;
        let draft = PrizeDraft {
            act_id: demo.act_id,
            module_id: demo.module_id,
            prize_name: name.to_owned(),
            prize_type,
            goods_type: if prize_type == GOODS { 2 } else { 1 },
            prize_price: Decimal::from_parts(worth, 2),
            probability: weight,
            prize_total: stock,
            asset_type: if is_points { Asset::POINTS } else { 0 },
            asset_value: if is_points { 20 } else { 0 },
            sort_index,
            is_release: true,
            ..PrizeDraft::default()
        };
        lottery.create_prize(demo.app_id, draft).await?;
    }
    Ok(())
}
