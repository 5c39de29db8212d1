//! What the app itself knows to have happened: orders and draws.

use rust_decimal::prelude::ToPrimitive as _;

use super::count::Doing;
use super::deed::Fact;
use super::definition::Task;
use super::model::{Progress, Trigger};
use super::ready::Ready;
use super::tasks::Tasks;
use super::unit::{self, shard_key};
use crate::app::Context;
use crate::auth::Player;
use crate::db::Transaction;
use crate::error::{AppError, AppResult};
use crate::types::{Decimal, Id};

/// Longest number of an order or draw, in characters.
const OBJECT_MAX_CHARS: usize = 100;

/// Facts that are ready to be counted, in a transaction of the caller's: that of the order, or of
/// the draw. Made by [`Tasks::prepare_report`].
#[derive(Debug)]
pub struct Report<'a> {
    ctx: &'a Context,
    ready: Ready<'a>,
    tasks: Vec<Task>,
    user_id: Id,
    /// The place of the task in `tasks`, what it is about, and how much it counts.
    events: Vec<(usize, String, i64)>,
}

impl<'a> Tasks<'a> {
    /// Gets facts about a player ready to be counted for all open tasks of an activity that are
    /// about them; of a module, for those of no module too.
    ///
    /// # Errors
    /// `param_error`: a fact is malformed; then none of them counts. `busy`: no ids are to be had.
    pub async fn prepare_report(
        &self,
        player: &Player,
        act_id: Id,
        module_id: Id,
        facts: &[Fact],
    ) -> AppResult<Report<'a>> {
        let (ctx, engine) = (self.ctx, self.engine()?);
        let amounts = facts.iter().map(amount).collect::<AppResult<Vec<i64>>>()?;
        let tasks = self.open(&player.app_id, act_id, ctx.now()).await?;
        let mut events = Vec::new();
        for (index, task) in tasks.iter().enumerate() {
            let of = task.row.module_id;
            if of != Id::new(0) && of != module_id {
                continue;
            }
            for (fact, amount) in facts.iter().zip(&amounts) {
                if let Some(value) = value(task, fact, *amount) {
                    events.push((index, fact.object().to_owned(), value));
                }
            }
        }
        ctx.next_id().await?;
        Ok(Report {
            ctx,
            ready: Ready::of(ctx, engine, &player.app_id).await?,
            tasks,
            user_id: player.user_id,
            events,
        })
    }

    /// Counts facts about a player, all or none, each once for each task. Answers how often
    /// something counted.
    ///
    /// # Errors
    /// As [`Tasks::prepare_report`]; the database's.
    pub async fn report(
        &self,
        player: &Player,
        act_id: Id,
        module_id: Id,
        facts: &[Fact],
    ) -> AppResult<usize> {
        let report = &self
            .prepare_report(player, act_id, module_id, facts)
            .await?;
        if report.events.is_empty() {
            return Ok(0);
        }
        let key = shard_key(&player.app_id, act_id, player.user_id);
        unit::run(self.ctx, &key, |txn| Box::pin(report.apply(txn))).await
    }
}

impl Report<'_> {
    /// Counts the facts in a transaction that was begun on the database of the group `asset`, with
    /// [`Context::shard_of`]. Answers how often something counted.
    ///
    /// # Errors
    /// The database's; the transaction must then be rolled back. A `conflict`, or `busy`, says that
    /// the same was just done by another one: do it again.
    pub async fn apply(&self, txn: &Transaction<'_>) -> AppResult<usize> {
        let mut counted = 0;
        for (index, object, amount) in &self.events {
            let doing = Doing {
                task: &self.tasks[*index],
                user_id: self.user_id,
                guest: None,
                part: String::new(),
                object: object.clone(),
                amount: *amount,
                is_fact: true,
                is_paid: true,
                request: None,
                handler: "task.report",
            };
            let done = doing.count(self.ctx, &self.ready, txn).await?;
            counted += usize::from(done.count.is_some());
        }
        Ok(counted)
    }
}

/// An order's money in hundredths, of what is well-formed.
fn amount(fact: &Fact) -> AppResult<i64> {
    let name = fact.object();
    let is_name = (1..=OBJECT_MAX_CHARS).contains(&name.chars().count());
    if !is_name || name.chars().any(char::is_control) {
        return Err(AppError::param(
            "an order or draw must have a number of 1 to 100 characters",
        ));
    }
    match fact {
        Fact::Draw { .. } => Ok(1),
        Fact::Order { amount, .. } => hundredths(*amount),
    }
}

fn hundredths(amount: Decimal) -> AppResult<i64> {
    let value = amount.0 * rust_decimal::Decimal::ONE_HUNDRED;
    let whole = value.trunc().to_i64().filter(|_| value.fract().is_zero());
    match whole {
        Some(whole) if (0..=1_000_000_000_000).contains(&whole) => Ok(whole),
        _ => Err(AppError::param(
            "amount: must not be negative, with at most two digits behind the point",
        )),
    }
}

/// How much a fact counts for a task, if the task is about it.
fn value(task: &Task, fact: &Fact, amount: i64) -> Option<i64> {
    let rule = &task.rule;
    let is_about = match fact {
        Fact::Order { goods_id, .. } => {
            rule.trigger == Trigger::Order && rule.goods.counts(goods_id)
        }
        Fact::Draw { is_trial: true, .. } => rule.trigger == Trigger::Trial,
        Fact::Draw { .. } => rule.trigger == Trigger::Draw,
    };
    let is_money = matches!(fact, Fact::Order { .. })
        && matches!(rule.progress, Progress::Sum | Progress::Tiers);
    let value = if is_money { amount } else { 1 };
    (is_about && value > 0).then_some(value)
}
