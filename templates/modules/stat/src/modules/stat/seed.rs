//! The figures of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::stat::StatEvent;

/// Lets the player `winner` have visited the activity; once.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let winner = demo.player(ctx, "winner").await?;
    let metrics = ["VisitCount", "VisitUserCount", "AddVisitUserCount"];
    let events = metrics.map(|metric| {
        StatEvent::new(demo.app_id, metric)
            .act(demo.act_id)
            .user(winner)
            .key("demo:visit")
    });
    ctx.stats().report(events.to_vec()).await
}
