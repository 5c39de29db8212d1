//! The points of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::asset::{Asset, Change, Owner, Source};
use cloudapp_runtime::prelude::*;

/// Gives the merchant a stock of points, and the player `winner` some in the activity; once.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let winner = demo.player(ctx, "winner").await?;
    let store = Owner::store(demo.app_id);
    let player = Owner::user(demo.app_id, demo.act_id, winner);
    for (owner, value, key, title) in [
        (store, 100_000, "demo:stock", "Points to give away"),
        (player, 100, "demo:welcome", "Welcome"),
    ] {
        let gain = Change::new(owner, Asset::POINTS, value)
            .key(key)
            .source(Source::new(Source::MANUAL))
            .title(title)
            .handler("seed demo");
        ctx.ledger().change(gain).await?;
    }
    Ok(())
}
