//! An app with ledger and draws.

use std::sync::Arc;

use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::asset::{self, Asset, Change, Owner};
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::clock::{Clock, ManualClock};
use cloudapp_runtime::config::{Config, ShardConfig};
use cloudapp_runtime::lottery::{
    DrawRequest, Drawn, Hooks, NoHooks, PrizeDraft, PrizeRow, RuleDraft, WinningFilter, WinningRow,
};
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;

use crate::asset::world::{APP_ID, config, migrate, spread};

/// The activity and the module of all draws.
pub(crate) const ACT: Id = Id::new(1);
pub(crate) const MODULE: Id = Id::new(1);
/// The tables of draws that are spread.
pub(crate) const TABLES: [&str; 3] = ["lottery_count_tb", "lottery_draw_tb", "prize_roster_tb"];

/// An app with nothing but ledger and draws.
pub(crate) fn app(hooks: impl Hooks) -> App {
    let mut app = App::new("draws", "1.0.0");
    app.module(Module::new("asset").ledger(asset::NoHooks));
    app.module(Module::new("prize").lottery(hooks));
    app
}

/// Spreads the tables of players.
pub(crate) fn spread_tables(config: &mut Config, count: u16) {
    spread(config, count);
    for table in TABLES {
        let shard = ShardConfig {
            count,
            ..ShardConfig::default()
        };
        config.shard.insert(table.to_owned(), shard);
    }
}

/// One instance with a clock of its own; the database goes away with it.
pub(crate) struct World {
    pub(crate) ctx: Context,
    pub(crate) clock: Arc<ManualClock>,
    _scratch: Scratch,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::start("sqlite:", app(NoHooks)).await
    }

    pub(crate) async fn start(server: &str, app: App) -> Self {
        let now = "2026-11-26T04:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(now));
        let scratch = Scratch::create(server).await;
        let mut config = config(scratch.url());
        spread_tables(&mut config, 3);
        let shared = Arc::clone(&clock) as Arc<dyn Clock>;
        let ctx = Context::connect_with_clock(&app, config, shared)
            .await
            .unwrap();
        migrate(&ctx).await;
        Self {
            ctx,
            clock,
            _scratch: scratch,
        }
    }

    pub(crate) async fn player(&self, name: &str) -> Player {
        let demo = cloudapp_runtime::app::Demo::default();
        let user_id = demo.player(&self.ctx, name).await.unwrap();
        Player {
            user_id,
            app_id: APP_ID.to_owned(),
        }
    }

    pub(crate) async fn rule(&self, rule: RuleDraft) {
        let saved = self.ctx.lottery().save_rule(APP_ID, &rule).await;
        saved.unwrap_or_else(|error| panic!("{error}"));
    }

    pub(crate) async fn prize(&self, draft: PrizeDraft) -> PrizeRow {
        let made = self.ctx.lottery().create_prize(APP_ID, draft).await;
        made.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Draws; again while others are in the way, of which nothing is left.
    pub(crate) async fn draw(&self, player: &Player, times: u32) -> Result<Drawn, String> {
        loop {
            match self.draw_with(player, times, None).await {
                Err(code) if code == "busy" => {}
                answer => return answer,
            }
        }
    }

    pub(crate) async fn draw_with(
        &self,
        player: &Player,
        times: u32,
        key: Option<&str>,
    ) -> Result<Drawn, String> {
        let request = DrawRequest {
            act_id: ACT,
            module_id: MODULE,
            times,
            key: key.map(str::to_owned),
        };
        let drawn = self.ctx.lottery().draw(player, &request).await;
        drawn.map_err(|error| error.code().as_str().to_owned())
    }

    pub(crate) async fn give(&self, player: &Player, points: i64) {
        let owner = Owner::user(APP_ID, ACT, player.user_id);
        let gift = Change::new(owner, Asset::POINTS, points).title("A gift");
        self.ctx.ledger().change(gift).await.unwrap();
    }

    pub(crate) async fn points(&self, player: &Player) -> i64 {
        let owner = Owner::user(APP_ID, ACT, player.user_id);
        let points = Asset::from(Asset::POINTS);
        self.ctx.ledger().get(&owner, &points).await.unwrap()
    }

    pub(crate) async fn stock(&self, prize: &PrizeRow) -> (i64, i64) {
        let row = self.ctx.lottery().prize(APP_ID, prize.id).await.unwrap();
        assert_eq!(row.surplus + row.hand_out, row.prize_total);
        (row.surplus, row.hand_out)
    }

    /// What was won, by whomever.
    pub(crate) async fn winnings(&self) -> Vec<WinningRow> {
        let all = WinningFilter::default();
        let lottery = self.ctx.lottery();
        lottery.winnings(APP_ID, &all, None, 100_000).await.unwrap()
    }

    pub(crate) async fn close(self) {
        self.ctx.close().await;
    }
}

/// Open draws by weight, up to ten at once, that cost these points each.
pub(crate) fn rule(cost: i64) -> RuleDraft {
    RuleDraft {
        act_id: ACT,
        module_id: MODULE,
        cost_type: if cost > 0 { Asset::POINTS } else { 0 },
        cost_value: cost,
        times_max: 10,
        is_release: true,
        ..RuleDraft::default()
    }
}

/// A released prize.
pub(crate) fn prize(name: &str, weight: i64, total: i64) -> PrizeDraft {
    PrizeDraft {
        act_id: ACT,
        module_id: MODULE,
        prize_name: name.to_owned(),
        probability: weight,
        prize_total: total,
        is_release: true,
        ..PrizeDraft::default()
    }
}

/// The thanks of those who win nothing.
pub(crate) fn thanks(weight: i64) -> PrizeDraft {
    PrizeDraft {
        prize_type: 4,
        ..prize("Thanks", weight, 0)
    }
}

/// The names of what was drawn.
pub(crate) fn names(drawn: &Drawn) -> Vec<&str> {
    let results = drawn.results.iter();
    results.map(|one| one.prize_name.as_str()).collect()
}
