//! What tasks tell others: events in the outbox, in the transaction of what they tell of.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::definition::Task;
use super::kinds::Kind;
use super::model::{Due, Reward};
use super::ready::Ready;
use super::unit::next_id;
use crate::app::Context;
use crate::error::AppResult;
use crate::outbox::{self, Event};
use crate::stat::StatEvent;
use crate::types::{DateTime, Id, Utc};

/// Topic: something counted for a task.
pub const TASK_JOINED: &str = "task.joined";
/// Topic: rounds of a task were paid.
pub const TASK_REWARDED: &str = "task.rewarded";
/// Topic: a prize or a card is due. Its `key` is unique for the payment.
pub const TASK_REWARD_DUE: &str = "task.reward_due";
/// Topic: member points are to be taken; [`Tasks::settle_swap`](super::Tasks::settle_swap) does it.
pub const TASK_SWAP: &str = "task.swap";

/// One key of statistics, and how much it grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistic {
    /// The key, e.g. `JoinTaskCount`.
    pub key: String,
    /// How much more. Keys of users grow by 1 for each event: their metrics count a user once.
    pub value: i64,
}

/// What an event tells statistics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The type of the task.
    pub task_type: i32,
    /// Whether something counted.
    pub is_joined: bool,
    /// Rounds that were paid.
    pub rounds: i64,
    /// How much was paid.
    pub value: i64,
}

/// The keys of statistics that follow from an event, where something changes: three of the type,
/// and four of all types.
#[must_use]
pub fn statistics(told: &Told) -> Vec<Statistic> {
    let joined = i64::from(told.is_joined);
    let kind = Kind::of(told.task_type).map(|kind| kind.statistics);
    let of_type = kind.into_iter().flat_map(|kind| {
        [
            (format!("{kind}UserCount"), joined),
            (format!("{kind}Count"), told.rounds),
            (format!("{kind}RewardCount"), told.value),
        ]
    });
    let of_all = [
        ("JoinTaskUserCount", joined),
        ("AddJoinTaskUserCount", joined),
        ("JoinTaskCount", joined),
        ("JoinTaskRewardCount", told.value),
    ];
    of_type
        .chain(of_all.map(|(key, value)| (key.to_owned(), value)))
        .filter(|(_, value)| *value != 0)
        .map(|(key, value)| Statistic { key, value })
        .collect()
}

/// Whom and what an event is about.
pub(super) struct About<'a> {
    pub(super) task: &'a Task,
    pub(super) user_id: Id,
    pub(super) part: &'a str,
    pub(super) at: DateTime<Utc>,
}

impl About<'_> {
    pub(super) async fn write(
        &self,
        (ctx, conn): (&Context, &impl ConnectionTrait),
        topic: &str,
        more: Value,
    ) -> AppResult<()> {
        let row = &self.task.row;
        let mut payload = json!({
            "task_id": row.id,
            "act_id": row.act_id,
            "module_id": row.module_id,
            "user_id": self.user_id,
            "task_type": row.task_type,
            "sub_type": self.part,
        });
        if let (Some(map), Value::Object(more)) = (payload.as_object_mut(), more) {
            map.extend(more);
        }
        let event = Event {
            id: next_id(ctx)?,
            topic: topic.to_owned(),
            app_id: row.app_id.clone(),
            lane: format!("{}:{}", row.act_id, self.user_id),
            payload: payload.to_string(),
            created_at: self.at,
        };
        outbox::write(conn, vec![event]).await
    }

    /// Tells that something counted, or was paid, or both.
    pub(super) async fn tell(
        &self,
        (ctx, conn): (&Context, &impl ConnectionTrait),
        engine: &Ready<'_>,
        is_joined: bool,
        due: Option<&Due>,
    ) -> AppResult<()> {
        if !is_joined && due.is_none() {
            return Ok(());
        }
        let told = Told {
            task_type: self.task.row.task_type,
            is_joined,
            rounds: due.map_or(0, Due::rounds),
            value: due.map_or(0, Due::value),
        };
        let row = &self.task.row;
        let of = |metric: &str| {
            let event = StatEvent::new(&row.app_id, metric).act(row.act_id);
            event.module(row.module_id).user(self.user_id).at(self.at)
        };
        engine.count(conn, of, statistics(&told)).await?;
        let topic = match due {
            Some(_) => TASK_REWARDED,
            None => TASK_JOINED,
        };
        let asked = ctx.jobs().subscriptions();
        if !engine.config().events || asked.iter().all(|one| one.topic != topic) {
            return Ok(());
        }
        let more = json!({
            "is_joined": told.is_joined,
            "rounds": told.rounds,
            "reward_value": told.value,
        });
        self.write((ctx, conn), topic, more).await
    }

    /// Asks for a prize or a card.
    pub(super) async fn ask_for(
        &self,
        (ctx, conn): (&Context, &impl ConnectionTrait),
        reward: &Reward,
        key: &str,
    ) -> AppResult<()> {
        let more = json!({
            "key": key,
            "reward_type": reward.kind.number(),
            "object_id": reward.object_id,
            "name": reward.name,
            "value": reward.value,
        });
        self.write((ctx, conn), TASK_REWARD_DUE, more).await
    }
}
