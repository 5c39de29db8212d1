//! What draws tell others: statistics and an event in the outbox, in the transaction of the draw.

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::draw::{DrawRequest, Drawn};
use crate::app::Context;
use crate::auth::Player;
use crate::error::AppResult;
use crate::outbox::{self, Event};
use crate::stat::{Metric, Repeat, StatEvent, TenantStats};
use crate::task::unit::next_id;
use crate::types::{DateTime, Utc};

/// Topic: a player drew. It is written only where a job asks for it.
pub const LOTTERY_DRAWN: &str = "lottery.drawn";

/// The metrics of draws.
#[must_use]
pub fn metrics() -> Vec<Metric> {
    const GROUP: &str = "Draws";
    vec![
        Metric::new("LotteryUserCount", "Players who drew")
            .group(GROUP, "")
            .repeat(Repeat::Daily),
        Metric::new("AddLotteryUserCount", "New players who drew")
            .group(GROUP, "")
            .repeat(Repeat::Ever),
        Metric::new("LotteryCount", "Draws").group(GROUP, ""),
        Metric::new("LotteryWinCount", "Prizes won").group(GROUP, ""),
    ]
}

/// Who drew what, where, when.
pub(super) struct Told<'a> {
    pub(super) player: &'a Player,
    pub(super) request: &'a DrawRequest,
    pub(super) drawn: &'a Drawn,
    pub(super) at: DateTime<Utc>,
}

impl Told<'_> {
    fn won(&self) -> i64 {
        let results = self.drawn.results.iter();
        let won = results.filter(|one| one.prize_roster_id.is_some());
        i64::try_from(won.count()).unwrap_or(i64::MAX)
    }

    /// Tells statistics.
    pub(super) async fn count(
        &self,
        stats: &TenantStats<'_>,
        conn: &impl ConnectionTrait,
    ) -> AppResult<()> {
        let events = [
            ("LotteryUserCount", 1),
            ("AddLotteryUserCount", 1),
            ("LotteryCount", i64::from(self.request.times)),
            ("LotteryWinCount", self.won()),
        ];
        let (player, request) = (self.player, self.request);
        let events = events.into_iter().filter(|(_, value)| *value > 0);
        let events = events.map(|(metric, value)| {
            StatEvent::new(&player.app_id, metric)
                .act(request.act_id)
                .module(request.module_id)
                .user(player.user_id)
                .at(self.at)
                .value(value)
        });
        stats.report_in(conn, events.collect()).await
    }

    /// Tells jobs, if one asks for it.
    pub(super) async fn tell(&self, ctx: &Context, conn: &impl ConnectionTrait) -> AppResult<()> {
        let asked = ctx.jobs().subscriptions();
        if asked.iter().all(|one| one.topic != LOTTERY_DRAWN) {
            return Ok(());
        }
        let (player, request) = (self.player, self.request);
        let payload = json!({
            "draw_id": self.drawn.draw_id,
            "act_id": request.act_id,
            "module_id": request.module_id,
            "user_id": player.user_id,
            "results": self.drawn.results,
        });
        let event = Event {
            id: next_id(ctx)?,
            topic: LOTTERY_DRAWN.to_owned(),
            app_id: player.app_id.clone(),
            lane: format!("{}:{}", request.act_id, player.user_id),
            payload: payload.to_string(),
            created_at: self.at,
        };
        outbox::write(conn, vec![event]).await
    }
}
