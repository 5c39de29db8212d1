//! The shipment of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::lottery::{Award, PrizeDraft, PrizeFilter};
use cloudapp_runtime::order::{Address, OrderDraft};
use cloudapp_runtime::prelude::*;

/// The prize that the player `winner` was given.
const PRIZE: &str = "Demo poster";

/// Gives the player `winner` a prize, and sends it to him; once.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let lottery = ctx.lottery();
    let of_demo = PrizeFilter {
        act_id: Some(demo.act_id),
        prize_name: Some(PRIZE.to_owned()),
        ..PrizeFilter::default()
    };
    let one = PageQuery::new(0, 1);
    let there = lottery.prizes(demo.app_id, &of_demo, &one).await?;
    if !there.items.is_empty() {
        return Ok(());
    }
    let poster = PrizeDraft {
        act_id: demo.act_id,
        // Given by a task, never drawn.
        ascription_type: 1,
        prize_name: PRIZE.to_owned(),
        prize_total: 1,
        is_release: true,
        ..PrizeDraft::default()
    };
    let poster = lottery.create_prize(demo.app_id, poster).await?;
    let winner = Player {
        user_id: demo.player(ctx, "winner").await?,
        app_id: demo.app_id.to_owned(),
    };
    let award = Award {
        prize_id: poster.id,
        count: 1,
        key: "demo".to_owned(),
    };
    let winnings = lottery.award(&winner, &award).await?;
    let draft = OrderDraft {
        act_id: demo.act_id,
        winnings,
        address: Address {
            real_name: "Demo winner".to_owned(),
            telephone: "10000000000".to_owned(),
            province: "Shanghai".to_owned(),
            city: "Shanghai".to_owned(),
            county: "Huangpu".to_owned(),
            street: String::new(),
            address: "1 Demo Road".to_owned(),
        },
        buyer_remark: String::new(),
        key: Some("demo".to_owned()),
    };
    ctx.orders().create(&winner, draft).await?;
    Ok(())
}
