//! The points of the demo campaign.

use cloudapp_runtime::app::Demo;
use cloudapp_runtime::asset::{Asset, Change, Owner, Source};
use cloudapp_runtime::prelude::*;

/// Gives the merchant a stock of points, once.
pub async fn demo(ctx: &Context, demo: &Demo) -> AppResult<()> {
    let stock = Change::new(Owner::store(demo.app_id), Asset::POINTS, 100_000)
        .key("demo:stock")
        .source(Source::new(Source::MANUAL))
        .title("Points to give away")
        .handler("seed demo");
    ctx.ledger().change(stock).await?;
    Ok(())
}
