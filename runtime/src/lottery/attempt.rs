//! One transaction in which a player draws.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::code::LOTTERY_SOLD_OUT;
use super::draw::{DrawRequest, DrawResult, Drawn};
use super::engine::Engine;
use super::entity::{count, draw, prize, roster, rule};
use super::event::Told;
use super::hooks::KnownAs;
use super::model::{Outcome, Start};
use super::pool::{POINTS, start, unsigned};
use super::store;
use crate::app::Context;
use crate::asset::{Asset, Change, Owner, Source};
use crate::auth::Player;
use crate::db::Transaction;
use crate::error::{AppError, AppResult, ErrorCode, Language};
use crate::http::request_id;
use crate::random;
use crate::stat::TenantStats;
use crate::task::Report;
use crate::task::unit::{next_id, shard_key};
use crate::types::{DateTime, Id, Utc};

/// What is kept of one draw: what the model said, and what the player was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) outcome: Outcome,
    pub(super) result: DrawResult,
}

/// A request with everything that a transaction needs and must not wait for.
pub(super) struct Attempt<'a> {
    pub(super) ctx: &'a Context,
    pub(super) engine: &'a Engine,
    pub(super) player: &'a Player,
    pub(super) request: &'a DrawRequest,
    pub(super) draw_id: Id,
    pub(super) only_key: String,
    pub(super) known: KnownAs,
    pub(super) stats: Option<TenantStats<'a>>,
    pub(super) report: Option<Report<'a>>,
}

/// What a transaction decided on, before it is written.
struct Decided {
    at: DateTime<Utc>,
    rule: rule::Model,
    prizes: Vec<prize::Model>,
    seed: [u8; 32],
    start: Start,
    outcomes: Vec<Outcome>,
}

impl Decided {
    fn prize(&self, outcome: &Outcome) -> Option<&prize::Model> {
        let id = outcome.prize.map(Id::new)?;
        self.prizes.iter().find(|prize| prize.id == id)
    }

    /// What was won, thanks left out.
    fn won(&self) -> impl Iterator<Item = &prize::Model> {
        let all = self.outcomes.iter().filter_map(|one| self.prize(one));
        all.filter(|prize| !prize.is_consolation())
    }
}

impl Attempt<'_> {
    /// Draws, or finds that it was drawn.
    ///
    /// # Errors
    /// What refuses it; the database's, the ledger's and the hooks': nothing may be committed.
    pub(super) async fn run(&self, txn: &Transaction<'_>) -> AppResult<Drawn> {
        let (player, request) = (self.player, self.request);
        let key = shard_key(&player.app_id, request.act_id, player.user_id);
        let conn = txn.route(&key);
        let count = store::lock_count(&conn, player, request).await?;
        if request.key.is_some()
            && let Some(row) = store::draw_of(&conn, player.user_id, &self.only_key).await?
        {
            return self.replay(&row);
        }
        let decided = self.decide(txn, count.as_ref()).await?;
        // Who changes tasks and balances locks tasks first.
        if let Some(report) = &self.report {
            report.apply(txn).await?;
        }
        self.pay(txn, &decided).await?;
        let winnings = self.winnings(&decided)?;
        let kept = kept(&decided, &winnings);
        let drawn = Drawn {
            draw_id: self.draw_id,
            is_replay: false,
            results: kept.iter().map(|one| one.result.clone()).collect(),
        };
        store::add_winnings(&conn, winnings).await?;
        store::add_draw(&conn, self.draw_row(&decided, &kept)?).await?;
        let new = self.count_row(count.as_ref(), &decided)?;
        store::save_count(&conn, count.as_ref(), new).await?;
        let told = Told {
            player,
            request,
            drawn: &drawn,
            at: decided.at,
        };
        if let Some(stats) = &self.stats {
            told.count(stats, txn).await?;
        }
        told.tell(self.ctx, txn).await?;
        let hooks = self.engine.hooks();
        hooks.after_draw(txn, player, &decided.rule, &drawn).await?;
        // Everybody wants these rows: they are locked for as short as can be.
        let mut taken = BTreeMap::new();
        for prize in decided.won() {
            *taken.entry(prize.id).or_insert(0) += 1;
        }
        store::take(txn, &taken).await?;
        Ok(drawn)
    }

    fn replay(&self, row: &draw::Model) -> AppResult<Drawn> {
        let is_same = row.module_id == self.request.module_id
            && unsigned(row.draw_times) == u64::from(self.request.times);
        if !is_same {
            return Err(ErrorCode::IDEMPOTENCY_CONFLICT.into());
        }
        let kept: Vec<Kept> = serde_json::from_str(&row.result_json).map_err(AppError::internal)?;
        Ok(Drawn {
            draw_id: row.id,
            is_replay: true,
            results: kept.into_iter().map(|one| one.result).collect(),
        })
    }

    async fn decide(
        &self,
        txn: &Transaction<'_>,
        count: Option<&count::Model>,
    ) -> AppResult<Decided> {
        let (player, request) = (self.player, self.request);
        let at = self.ctx.now();
        let place = (request.act_id, request.module_id);
        let rule = store::rule_of(txn, &player.app_id, place).await?;
        let rule = rule.ok_or(ErrorCode::NO_MODULE)?;
        rule.allow(count, request.times, (at, self.engine.day(at)))?;
        let prizes = store::pool_of(txn, &player.app_id, place).await?;
        let limited = prizes.iter().filter(|prize| prize.prize_limit > 0);
        let limited: Vec<Id> = limited.map(|prize| prize.id).collect();
        let key = shard_key(&player.app_id, request.act_id, player.user_id);
        let won = store::won_of(&txn.route(&key), player.user_id, &limited).await?;
        let start = start(&rule, count, &prizes, &won);
        let seed = random::bytes::<32>()?;
        let outcomes = start.draw(&seed, u64::from(request.times));
        Ok(Decided {
            at,
            rule,
            prizes,
            seed,
            outcomes: outcomes.map_err(|_| LOTTERY_SOLD_OUT)?,
            start,
        })
    }

    /// Takes what the draws cost and gives the points that they win, under one key.
    async fn pay(&self, txn: &Transaction<'_>, decided: &Decided) -> AppResult<()> {
        let (player, request, rule) = (self.player, self.request, &decided.rule);
        let owner = Owner::user(&player.app_id, request.act_id, player.user_id);
        let source = Source::new(Source::LOTTERY).object(self.draw_id.to_string(), "");
        let change = |asset: Asset, delta: i64, title: &str| {
            Change::new(owner.clone(), asset, delta)
                .key(format!("draw:{}", self.draw_id))
                .module(request.module_id)
                .source(source.clone())
                .title(title)
                .handler("POST /client/draws")
        };
        let mut changes = Vec::new();
        if rule.cost_type > 0 && rule.cost_value > 0 {
            let cost = rule.cost_value.saturating_mul(i64::from(request.times));
            let asset = Asset::new(rule.cost_type, rule.cost_object_id.as_str());
            let title = match self.ctx.config().http.language {
                Language::English => "Draw",
                Language::Chinese => "抽奖",
            };
            changes.push(change(asset, -cost, title));
        }
        let mut points = BTreeMap::new();
        for prize in decided.won().filter(|prize| prize.prize_type == POINTS) {
            let asset = Asset::new(prize.asset_type, prize.asset_object_id.as_str());
            points.entry(asset).or_insert((0, prize)).0 += prize.asset_value;
        }
        for (asset, (value, prize)) in points {
            changes.push(change(asset, value, &prize.prize_name));
        }
        if changes.is_empty() {
            return Ok(());
        }
        self.ctx.ledger().prepare_now(changes)?.apply(txn).await?;
        Ok(())
    }

    fn winnings(&self, decided: &Decided) -> AppResult<Vec<roster::Model>> {
        let won = decided.won().zip(1..);
        won.map(|(prize, number)| {
            let source = format!("{}:{number}", self.draw_id);
            let by = Winning {
                player: self.player,
                known: &self.known,
                source: (0, source),
                at: decided.at,
            };
            by.row(self.ctx, prize)
        })
        .collect()
    }

    fn draw_row(&self, decided: &Decided, kept: &[Kept]) -> AppResult<draw::Model> {
        let request = self.request;
        let start = serde_json::to_string(&decided.start).map_err(AppError::internal)?;
        let results = serde_json::to_string(kept).map_err(AppError::internal)?;
        Ok(draw::Model {
            id: self.draw_id,
            app_id: self.player.app_id.clone(),
            act_id: request.act_id,
            module_id: request.module_id,
            user_id: self.player.user_id,
            only_key: self.only_key.clone(),
            draw_times: i32::try_from(request.times).unwrap_or(i32::MAX),
            seed: random::to_hex(&decided.seed),
            start_json: start,
            result_json: results,
            request_code: request_code(),
            created_at: decided.at,
        })
    }

    fn count_row(&self, old: Option<&count::Model>, decided: &Decided) -> AppResult<count::Model> {
        let (request, at) = (self.request, decided.at);
        let today = self.engine.day(at);
        let times = i64::from(request.times);
        let of_today = old.filter(|row| row.draw_day == today);
        let misses = decided.start.misses_after(&decided.outcomes);
        Ok(count::Model {
            id: match old {
                Some(row) => row.id,
                None => next_id(self.ctx)?,
            },
            app_id: self.player.app_id.clone(),
            act_id: request.act_id,
            module_id: request.module_id,
            user_id: self.player.user_id,
            draw_count: old.map_or(0, |row| row.draw_count) + times,
            day_count: of_today.map_or(0, |row| row.day_count) + times,
            draw_day: today,
            miss_count: i64::try_from(misses).unwrap_or(i64::MAX),
            version: 1,
            created_at: old.map_or(at, |row| row.created_at),
            updated_at: at,
        })
    }
}

/// Draw by draw, with the winning of each that is one.
fn kept(decided: &Decided, winnings: &[roster::Model]) -> Vec<Kept> {
    let mut winnings = winnings.iter();
    let outcomes = decided.outcomes.iter();
    outcomes
        .map(|outcome| {
            let prize = decided.prize(outcome);
            let is_won = prize.is_some_and(|prize| !prize.is_consolation());
            let winning = if is_won { winnings.next() } else { None };
            let result = DrawResult {
                prize_id: prize.map_or(Id::new(0), |prize| prize.id),
                prize_name: prize.map_or_else(String::new, |prize| prize.prize_name.clone()),
                prize_pic: prize.map_or_else(String::new, |prize| prize.prize_pic.clone()),
                prize_type: prize.map_or(0, |prize| prize.prize_type),
                goods_type: prize.map_or(0, |prize| prize.goods_type),
                prize_roster_id: winning.map(|row| row.id),
                way: outcome.way,
            };
            Kept {
                outcome: outcome.clone(),
                result,
            }
        })
        .collect()
}

fn request_code() -> String {
    request_id().map_or_else(String::new, |id| id.to_string())
}

/// Who wins something, and by what.
pub(super) struct Winning<'a> {
    pub(super) player: &'a Player,
    pub(super) known: &'a KnownAs,
    /// 0 a draw, 1 a task; and which of them.
    pub(super) source: (i32, String),
    pub(super) at: DateTime<Utc>,
}

impl Winning<'_> {
    /// The row of it.
    pub(super) fn row(&self, ctx: &Context, prize: &prize::Model) -> AppResult<roster::Model> {
        /// Nothing is to be ordered: it is there at once.
        const NOTHING_TO_SHIP: i32 = 11;
        let (source_type, source_object_id) = self.source.clone();
        let only_key = format!("winning:{source_type}:{source_object_id}");
        Ok(roster::Model {
            id: next_id(ctx)?,
            app_id: self.player.app_id.clone(),
            act_id: prize.act_id,
            module_id: prize.module_id,
            user_id: self.player.user_id,
            open_id: self.known.open_id.clone(),
            user_nick: self.known.user_nick.clone(),
            source_type,
            source_object_id,
            only_key: store::only_key(&self.player.app_id, &only_key),
            prize_id: prize.id,
            prize_name: prize.prize_name.clone(),
            prize_pic: prize.prize_pic.clone(),
            prize_detail_json: prize.prize_detail_json.clone(),
            prize_price: prize.prize_price,
            prize_type: prize.prize_type,
            goods_type: prize.goods_type,
            goods_id: prize.goods_id.clone(),
            goods_code: prize.goods_code.clone(),
            tag_name: prize.tag_name.clone(),
            tag_id: prize.tag_id,
            is_sku: prize.is_sku,
            sku_json: prize.sku_json.clone(),
            sku_id: String::new(),
            sku_name: String::new(),
            is_prize_notice: prize.is_prize_notice,
            order_no: String::new(),
            prize_status: match prize.prize_type {
                POINTS => NOTHING_TO_SHIP,
                _ => 0,
            },
            logistics_status: 0,
            pay_status: 0,
            request_code: request_code(),
            created_at: self.at,
        })
    }
}
