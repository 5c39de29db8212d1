//! Draws as services use them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt::Attempt;
use super::engine::Engine;
use super::model::Way;
use super::store;
use crate::app::Context;
use crate::asset::{KEY_MAX_CHARS, is_key};
use crate::auth::Player;
use crate::error::{AppError, AppResult};
use crate::oplog::Recorder;
use crate::random;
use crate::task::unit;
use crate::task::{Fact, Report};
use crate::types::Id;

/// Most draws at once, whatever a rule says.
pub const TIMES_MAX: u32 = 50;

/// Prizes and draws. Made by [`Context::lottery`].
#[derive(Clone, Copy, Debug)]
pub struct Lottery<'a> {
    pub(super) ctx: &'a Context,
    pub(super) log: Option<&'a Recorder>,
}

/// What a player asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawRequest {
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// How many draws in a row: all or none.
    pub times: u32,
    /// Idempotency key: the same request again gives the same answer, and draws nothing more.
    pub key: Option<String>,
}

/// What one draw came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawResult {
    /// The prize; 0 when there was none, not even thanks.
    pub prize_id: Id,
    /// Its name.
    pub prize_name: String,
    /// Its picture.
    pub prize_pic: String,
    /// 1 goods, 2 coupon, 3 red packet, 4 consolation, 5 presale, 6 points, 7 card, 8 goods of a
    /// special order, the app's own from 101; 0 when there was none.
    pub prize_type: i32,
    /// 1 virtual, 2 to be shipped; 0 when there was none.
    pub goods_type: i32,
    /// The winning; null when nothing was won but thanks.
    pub prize_roster_id: Option<Id>,
    /// Why it was won.
    #[schema(value_type = String, example = "chance")]
    pub way: Way,
}

/// What a request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Names it.
    pub draw_id: Id,
    /// Whether it had been drawn before, with the same key.
    pub is_replay: bool,
    /// Draw by draw.
    pub results: Vec<DrawResult>,
}

impl<'a> Lottery<'a> {
    pub(crate) fn new(ctx: &'a Context) -> Self {
        Self { ctx, log: None }
    }

    /// Has the operation log tell what is done with prizes and rules, in the transaction that does
    /// it.
    #[must_use]
    pub fn by(self, log: &'a Recorder) -> Self {
        Self {
            log: Some(log),
            ..self
        }
    }

    pub(super) fn engine(&self) -> AppResult<&'a Engine> {
        let missing = "no module of this app has draws: `cloudapp add module prize`";
        let engine = self.ctx.lottery_engine();
        engine.ok_or_else(|| AppError::internal(missing))
    }

    /// Draws: what it costs is taken, what it wins is given and taken from stock, all in one
    /// transaction.
    ///
    /// # Errors
    /// `no_module`: there are no draws here. [`LOTTERY_CLOSED`](super::LOTTERY_CLOSED),
    /// [`LOTTERY_LIMIT`](super::LOTTERY_LIMIT), [`LOTTERY_SOLD_OUT`](super::LOTTERY_SOLD_OUT),
    /// `no_enough`: it cannot be drawn. `param_error`: too many times, or a malformed key.
    /// `idempotency_conflict`: the key was used for other draws. What a hook refuses with. Nothing
    /// is taken then.
    pub async fn draw(&self, player: &Player, request: &DrawRequest) -> AppResult<Drawn> {
        let (ctx, engine) = (self.ctx, self.engine()?);
        check(request)?;
        engine.hooks().before_draw(ctx, player, request).await?;
        let draw_id = ctx.next_id().await?;
        let key = match &request.key {
            Some(key) => format!("draw:{}:{key}", request.act_id),
            None => format!("draw:{}", random::hex::<16>()?),
        };
        let attempt = &Attempt {
            ctx,
            engine,
            player,
            request,
            draw_id,
            only_key: store::only_key(&player.app_id, &key),
            known: engine.hooks().known_as(ctx, player).await?,
            stats: ctx.stats().of_tenant(&player.app_id).await?,
            report: self.report(player, request, draw_id).await?,
        };
        let key = unit::shard_key(&player.app_id, request.act_id, player.user_id);
        unit::run(ctx, &key, |txn| Box::pin(attempt.run(txn))).await
    }

    /// What tasks are told, if there are any.
    async fn report(
        &self,
        player: &Player,
        request: &DrawRequest,
        draw_id: Id,
    ) -> AppResult<Option<Report<'a>>> {
        if self.ctx.task_engine().is_none() {
            return Ok(None);
        }
        let draws = (1..=request.times).map(|number| Fact::Draw {
            draw_id: format!("{draw_id}:{number}"),
            is_trial: false,
        });
        let facts: Vec<Fact> = draws.collect();
        let tasks = self.ctx.tasks();
        let report = tasks.prepare_report(player, request.act_id, request.module_id, &facts);
        report.await.map(Some)
    }
}

fn check(request: &DrawRequest) -> AppResult<()> {
    if !(1..=TIMES_MAX).contains(&request.times) {
        return Err(AppError::param((
            format!("times: must be 1 to {TIMES_MAX}"),
            format!("times：须为 1 到 {TIMES_MAX}"),
        )));
    }
    if !request.key.as_deref().is_none_or(is_key) {
        return Err(AppError::param((
            format!("key: must have 1 to {KEY_MAX_CHARS} characters, none a control character"),
            format!("key：须为 1 到 {KEY_MAX_CHARS} 个字符，不含控制字符"),
        )));
    }
    Ok(())
}
