//! Member points for an asset: asked for in one transaction, taken by the platform outside of any,
//! paid in another.
//!
//! What a request does is written down with an event; whoever reads the event has the platform take
//! the points under the key of the swap, as often as it takes until the platform says what became
//! of it. So neither a time-out nor a crash loses points, and none are taken twice.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde_json::json;

use super::count::{Doing, period_of};
use super::definition::Task;
use super::entity::swap;
use super::event::{About, TASK_SWAP};
use super::model::{Count, Due, act};
use super::pay::{Paid, Payment};
use super::ready::Ready;
use super::store::{self, Place};
use super::tasks::Tasks;
use super::unit::{self, GROUP, next_id, shard_key};
use crate::app::Context;
use crate::auth::Player;
use crate::db::Transaction;
use crate::error::{AppError, AppResult};
use crate::types::Id;

/// States of a swap.
const WAITING: i32 = 0;
const PAID: i32 = 1;
const REFUSED: i32 = 2;

/// What became of a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The points are taken, and the reward is paid, now or before.
    Paid(Option<Paid>),
    /// The platform refused; the player may ask again.
    Refused,
}

/// Writes down that a player wants to swap, in a transaction begun for him.
pub(super) async fn ask(
    ctx: &Context,
    engine: &Ready<'_>,
    txn: &Transaction<'_>,
    doing: &Doing<'_>,
) -> AppResult<Count> {
    let (task, user_id) = (doing.task, doing.user_id);
    let key = shard_key(&task.row.app_id, task.row.act_id, user_id);
    let conn = txn.route(&key);
    let row = store::lock_count(&conn, user_id, task.id(), "").await?;
    let old = row.as_ref().map(Count::from).unwrap_or_default();
    let moment = task.moment(engine, ctx.now()).not_before(old.at);
    let step = act(&task.rule, "", &old, (1, false), &moment)?;
    let place = Place {
        task,
        user_id,
        part: "",
    };
    let id = next_id(ctx)?;
    store::save_count(&conn, &place, row.as_ref(), &step.count, id, moment.at).await?;
    let asked = swap::Model {
        id: next_id(ctx)?,
        app_id: task.row.app_id.clone(),
        act_id: task.row.act_id,
        module_id: task.row.module_id,
        user_id,
        task_id: task.id(),
        points: task.rule.price,
        period_key: period_of(task, &moment),
        state: WAITING,
        created_at: moment.at,
        updated_at: moment.at,
    };
    let about = About {
        task,
        user_id,
        part: "",
        at: moment.at,
    };
    let more = json!({ "swap_id": asked.id, "points": asked.points });
    let asked = asked.into_active_model();
    swap::Entity::insert(asked)
        .exec_without_returning(txn)
        .await?;
    about.write((ctx, txn), TASK_SWAP, more).await?;
    Ok(step.count)
}

impl Tasks<'_> {
    /// Has the platform take the points of a swap, and pays for them. Doing it again changes
    /// nothing.
    ///
    /// # Errors
    /// It is not known whether the points were taken, or the reward could not be paid: do it again.
    /// `not_found`: there is no such swap.
    pub async fn settle_swap(&self, swap_id: Id) -> AppResult<Settled> {
        let engine = self.engine()?;
        let found = swap::Entity::find_by_id(swap_id).one(self.ctx.db_of(GROUP));
        let asked = found.await?.ok_or_else(AppError::not_found)?;
        match asked.state {
            PAID => return Ok(Settled::Paid(None)),
            REFUSED => return Ok(Settled::Refused),
            _ => {}
        }
        let player = Player {
            user_id: asked.user_id,
            app_id: asked.app_id.clone(),
        };
        let key = format!("swap:{swap_id}");
        let verifier = engine.verifier()?;
        let is_taken = verifier.take_points(self.ctx, &player, asked.points, &key);
        let is_taken = is_taken.await?;
        // Also when the task is closed by now: the points are gone.
        let task = self.find(&asked.app_id, asked.task_id).await?;
        let key = shard_key(&asked.app_id, asked.act_id, asked.user_id);
        let (ctx, task) = (self.ctx, &task);
        let ready = &Ready::of(ctx, engine, &asked.app_id).await?;
        unit::run(ctx, &key, |txn| {
            Box::pin(finish(ctx, ready, txn, (task, swap_id, is_taken)))
        })
        .await
    }

    /// Settles swaps that still wait, of all tenants, oldest first, at most `limit`: for who has no
    /// reader of events, and for what was left over. Answers how many are settled.
    ///
    /// # Errors
    /// The database's. A swap that fails is left for the next time.
    pub async fn settle_swaps(&self, limit: u64) -> AppResult<usize> {
        self.settle_some(None, limit).await
    }

    /// As [`Tasks::settle_swaps`], of one tenant.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle_swaps_of(&self, app_id: &str, limit: u64) -> AppResult<usize> {
        self.settle_some(Some(app_id), limit).await
    }

    async fn settle_some(&self, app_id: Option<&str>, limit: u64) -> AppResult<usize> {
        let is_one = Condition::all()
            .add(swap::Column::State.eq(WAITING))
            .add_option(app_id.map(|app_id| swap::Column::AppId.eq(app_id)));
        let waiting = swap::Entity::find()
            .filter(is_one)
            .order_by_asc(swap::Column::Id)
            .limit(limit);
        let mut settled = 0;
        for asked in waiting.all(self.ctx.db_of(GROUP)).await? {
            match self.settle_swap(asked.id).await {
                Ok(_) => settled += 1,
                Err(error) => {
                    tracing::warn!(swap_id = %asked.id, error = %error.detail(), "swap is left");
                }
            }
        }
        Ok(settled)
    }
}

/// Pays, or gives the round back; once.
async fn finish(
    ctx: &Context,
    engine: &Ready<'_>,
    txn: &Transaction<'_>,
    (task, swap_id, is_taken): (&Task, Id, bool),
) -> AppResult<Settled> {
    let found = swap::Entity::find_by_id(swap_id).lock_exclusive().one(txn);
    let asked = found.await?.ok_or_else(AppError::not_found)?;
    match asked.state {
        PAID => return Ok(Settled::Paid(None)),
        REFUSED => return Ok(Settled::Refused),
        _ => {}
    }
    let user_id = asked.user_id;
    let key = shard_key(&asked.app_id, asked.act_id, user_id);
    let conn = txn.route(&key);
    let at = ctx.now();
    let row = store::lock_count(&conn, user_id, task.id(), "").await?;
    if let Some(row) = &row
        && row.period_key == asked.period_key
    {
        let mut count = Count::from(row);
        count.now = (count.now - 1).max(0);
        count.complete += i64::from(is_taken);
        let place = Place {
            task,
            user_id,
            part: "",
        };
        store::save_count(&conn, &place, Some(row), &count, row.id, at).await?;
    }
    let mut done = asked.into_active_model();
    done.state = Set(if is_taken { PAID } else { REFUSED });
    done.updated_at = Set(at);
    store::update(txn, done).await?;
    if !is_taken {
        return Ok(Settled::Refused);
    }
    let rewards = task.rule.parts.first().map(|part| part.rewards.clone());
    let rewards = rewards.unwrap_or_default().into_iter();
    let due = Due {
        part: String::new(),
        // Rounds are numbered by what was taken for them: one that is refused has no number.
        period: format!("s{swap_id}"),
        first: 1,
        last: 1,
        rewards: rewards.filter(|reward| reward.value > 0).collect(),
    };
    let payment = Payment {
        task,
        user_id,
        due: &due,
        objects: Vec::new(),
        handler: "task.swap",
        at,
        is_joined: true,
    };
    let paid = payment.make(ctx, engine, txn).await?;
    Ok(Settled::Paid(Some(paid)))
}
