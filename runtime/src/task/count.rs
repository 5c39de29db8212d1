//! One event for one task, and one claim: what is read, decided and written, in a transaction.

use super::definition::Task;
use super::entity::evidence;
use super::event::About;
use super::model::{
    Count, Evidence, Happened, Moment, Pay, Period, Place as Scope, Progress, Step, act, claim,
    evidence_key, tier_sum,
};
use super::pay::{Paid, Payment};
use super::ready::Ready;
use super::store::{self, Place};
use super::unit::{next_id, shard_key};
use crate::app::Context;
use crate::asset::day_number;
use crate::db::Transaction;
use crate::error::{AppError, AppResult};
use crate::shard::ShardKey;
use crate::types::Id;

/// An event, for one task.
#[derive(Clone, Debug)]
pub(super) struct Doing<'a> {
    pub(super) task: &'a Task,
    /// Who is counted.
    pub(super) user_id: Id,
    /// Who was invited.
    pub(super) guest: Option<Id>,
    pub(super) part: String,
    /// What it is about.
    pub(super) object: String,
    pub(super) amount: i64,
    /// Whether the app itself knows it.
    pub(super) is_fact: bool,
    /// Whether it is paid for, or only counts.
    pub(super) is_paid: bool,
    pub(super) request: Option<String>,
    pub(super) handler: &'static str,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    /// `None`: it had counted before.
    pub(super) count: Option<Count>,
    pub(super) paid: Option<Paid>,
}

impl Doing<'_> {
    fn key(&self) -> ShardKey {
        let row = &self.task.row;
        shard_key(&row.app_id, row.act_id, self.user_id)
    }

    fn place(&self) -> Place<'_> {
        // A calendar is counted as a whole.
        let part = match self.task.rule.is_calendar() {
            true => "",
            false => self.part.as_str(),
        };
        Place {
            task: self.task,
            user_id: self.user_id,
            part,
        }
    }

    /// The evidence, if it is of a kind that counts once: its digest.
    fn only_key(&self, moment: &Moment) -> Option<String> {
        let row = &self.task.row;
        let scope = Scope {
            act_id: row.act_id.get(),
            module_id: row.module_id.get(),
            task_id: row.id.get(),
            task_type: row.task_type,
            part: &self.part,
        };
        let happened = Happened {
            user_id: self.user_id.get(),
            object: &self.object,
            request: self.request.as_deref(),
        };
        let key = evidence_key(&self.task.rule, &scope, &happened, moment)?;
        Some(store::only_key(&row.app_id, &key))
    }

    /// Counts it, in a transaction begun for the player who is counted.
    ///
    /// # Errors
    /// The rule's refusal. The database's and the ledger's: nothing may be committed.
    pub(super) async fn count(
        &self,
        ctx: &Context,
        engine: &Ready<'_>,
        txn: &Transaction<'_>,
    ) -> AppResult<Counted> {
        let key = self.key();
        let conn = txn.route(&key);
        let is_tiers = self.task.rule.progress == Progress::Tiers;
        let place = self.place();
        let row = match is_tiers {
            true => None,
            false => store::lock_count(&conn, self.user_id, self.task.id(), place.part).await?,
        };
        let old = row.as_ref().map(Count::from).unwrap_or_default();
        let moment = self.task.moment(engine, ctx.now()).not_before(old.at);
        let only_key = self.only_key(&moment);
        if let Some(only_key) = &only_key
            && self.is_known(txn, only_key).await?
        {
            return Ok(Counted::default());
        }
        let step = match is_tiers {
            true => self.add_to_day(ctx, &conn, &moment).await?,
            false => {
                let event = (self.amount, self.is_fact);
                act(&self.task.rule, place.part, &old, event, &moment)?
            }
        };
        if let Some(only_key) = only_key {
            self.keep(ctx, txn, only_key, &moment).await?;
        }
        if !is_tiers {
            let id = next_id(ctx)?;
            store::save_count(&conn, &place, row.as_ref(), &step.count, id, moment.at).await?;
        }
        let paid = self.settle(ctx, engine, txn, &step, &moment).await?;
        Ok(Counted {
            count: Some(step.count),
            paid,
        })
    }

    async fn add_to_day(
        &self,
        ctx: &Context,
        conn: &impl sea_orm::ConnectionTrait,
        moment: &Moment,
    ) -> AppResult<Step> {
        let added = (moment.day(), self.amount);
        let new = (next_id(ctx)?, moment.at);
        store::add_to_day(conn, self.task, self.user_id, added, new).await?;
        Ok(Step {
            count: Count::default(),
            due: None,
            evidence: 0,
        })
    }

    /// Of invitations, the row of the invited is the one that there can be once only.
    async fn is_known(&self, txn: &Transaction<'_>, only_key: &str) -> AppResult<bool> {
        let row = &self.task.row;
        let unique = self.guest.unwrap_or(self.user_id);
        let key = shard_key(&row.app_id, row.act_id, unique);
        store::is_known(&txn.route(&key), only_key).await
    }

    /// Writes the evidence down; of an invitation, on both sides.
    async fn keep(
        &self,
        ctx: &Context,
        txn: &Transaction<'_>,
        only_key: String,
        moment: &Moment,
    ) -> AppResult<()> {
        let row = &self.task.row;
        let is_single = self.guest.is_none();
        let own = evidence::Model {
            id: next_id(ctx)?,
            app_id: row.app_id.clone(),
            act_id: row.act_id,
            module_id: row.module_id,
            user_id: self.user_id,
            task_id: row.id,
            task_type: row.task_type,
            task_sub_type: self.part.clone(),
            is_guest: false,
            object_id: self.object.clone(),
            amount: self.amount,
            only_key: match is_single {
                true => only_key.clone(),
                false => store::only_key(&row.app_id, &format!("inviter:{only_key}")),
            },
            is_handle: !uses_evidence(self.task),
            create_day: moment.day(),
            created_at: moment.at,
        };
        if let Some(guest) = self.guest {
            let other = evidence::Model {
                id: next_id(ctx)?,
                user_id: guest,
                is_guest: true,
                object_id: self.user_id.to_string(),
                only_key,
                is_handle: true,
                ..own.clone()
            };
            let key = shard_key(&row.app_id, row.act_id, guest);
            store::add_evidence(&txn.route(&key), other).await?;
        }
        store::add_evidence(&txn.route(&self.key()), own).await
    }

    async fn settle(
        &self,
        ctx: &Context,
        engine: &Ready<'_>,
        txn: &Transaction<'_>,
        step: &Step,
        moment: &Moment,
    ) -> AppResult<Option<Paid>> {
        let Some(due) = &step.due else {
            let about = About {
                task: self.task,
                user_id: self.user_id,
                part: &self.part,
                at: moment.at,
            };
            about.tell((ctx, txn), engine, true, None).await?;
            return Ok(None);
        };
        let mut due = due.clone();
        if !self.is_paid {
            due.rewards.clear();
        }
        let objects = used(txn, &self.place(), step, moment).await?;
        let payment = Payment {
            task: self.task,
            user_id: self.user_id,
            due: &due,
            objects,
            handler: self.handler,
            at: moment.at,
            is_joined: true,
        };
        payment.make(ctx, engine, txn).await.map(Some)
    }
}

/// Whether rounds use up pieces of evidence one by one.
fn uses_evidence(task: &Task) -> bool {
    let rule = &task.rule;
    let is_counted = matches!(rule.progress, Progress::Count | Progress::Distinct);
    is_counted && rule.evidence != Evidence::None
}

async fn used(
    txn: &Transaction<'_>,
    place: &Place<'_>,
    step: &Step,
    moment: &Moment,
) -> AppResult<Vec<String>> {
    if !uses_evidence(place.task) {
        return Ok(Vec::new());
    }
    let row = &place.task.row;
    let key = shard_key(&row.app_id, row.act_id, place.user_id);
    let from = place.task.rule.period.first_day(moment);
    let from = from.map_or(0, day_number);
    store::use_up(&txn.route(&key), place, from, step.evidence).await
}

/// A claim.
pub(super) struct Claiming<'a> {
    pub(super) task: &'a Task,
    pub(super) user_id: Id,
    pub(super) part: String,
    pub(super) handler: &'static str,
}

impl Claiming<'_> {
    /// Pays all finished rounds, in a transaction begun for the player.
    ///
    /// # Errors
    /// The rule's refusal. The database's and the ledger's: nothing may be committed.
    pub(super) async fn pay(
        &self,
        ctx: &Context,
        engine: &Ready<'_>,
        txn: &Transaction<'_>,
    ) -> AppResult<Paid> {
        let (task, rule) = (self.task, &self.task.rule);
        let key = shard_key(&task.row.app_id, task.row.act_id, self.user_id);
        let conn = txn.route(&key);
        let row = store::lock_count(&conn, self.user_id, task.id(), &self.part).await?;
        let old = row.as_ref().map(Count::from).unwrap_or_default();
        let moment = task.moment(engine, ctx.now()).not_before(old.at);
        let mut sum = 0;
        if let (Progress::Tiers, Some(part)) = (rule.progress, rule.part(&self.part)) {
            let days = store::days(&conn, self.user_id, &[task.id()]).await?;
            let days: Vec<_> = days
                .iter()
                .map(|(_, day, amount)| (*day, *amount))
                .collect();
            sum = tier_sum(rule, part, &days, &moment);
        }
        let step = claim(rule, &self.part, &old, sum, &moment)?;
        let place = Place {
            task,
            user_id: self.user_id,
            part: &self.part,
        };
        let id = next_id(ctx)?;
        store::save_count(&conn, &place, row.as_ref(), &step.count, id, moment.at).await?;
        let objects = used(txn, &place, &step, &moment).await?;
        let none = || AppError::internal("a claim without anything due");
        let payment = Payment {
            task,
            user_id: self.user_id,
            due: step.due.as_ref().ok_or_else(none)?,
            objects,
            handler: self.handler,
            at: moment.at,
            is_joined: false,
        };
        payment.make(ctx, engine, txn).await
    }
}

/// Whether a task of a period other than days asks for points first.
pub(super) fn is_swap(task: &Task) -> bool {
    task.rule.pay == Pay::Swap
}

/// The name of the period that a moment is in.
pub(super) fn period_of(task: &Task, moment: &Moment) -> String {
    let period: Period = task.rule.period;
    period.key(moment)
}
