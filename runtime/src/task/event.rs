//! What tasks tell others: events in the outbox, in the transaction of what they tell of.

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::definition::Task;
use super::engine::Engine;
use super::kinds::Kind;
use super::model::{Due, Reward};
use super::unit::next_id;
use crate::app::Context;
use crate::error::AppResult;
use crate::outbox::{self, Event};
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistic {
    /// The key, e.g. `JoinTaskCount`.
    pub key: String,
    /// How much more. Keys of users grow by 1 for each event; who counts them counts a user once.
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

/// The keys of statistics that follow from events: three of their type, and four of all types.
#[must_use]
pub fn statistics(events: &[Told]) -> Vec<Statistic> {
    let mut all: Vec<Statistic> = Vec::new();
    let mut add = |key: String, value: i64| match all.iter_mut().find(|one| one.key == key) {
        _ if value == 0 => {}
        Some(one) => one.value += value,
        None => all.push(Statistic { key, value }),
    };
    for told in events {
        let prefix = Kind::of(told.task_type).map(|kind| kind.statistics);
        let joined = i64::from(told.is_joined);
        if let Some(prefix) = prefix {
            add(format!("{prefix}UserCount"), joined);
            add(format!("{prefix}Count"), told.rounds);
            add(format!("{prefix}RewardCount"), told.value);
        }
        add("JoinTaskUserCount".to_owned(), joined);
        add("AddJoinTaskUserCount".to_owned(), joined);
        add("JoinTaskCount".to_owned(), joined);
        add("JoinTaskRewardCount".to_owned(), told.value);
    }
    all
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
        engine: &Engine,
        is_joined: bool,
        due: Option<&Due>,
    ) -> AppResult<()> {
        if !engine.config().events || (!is_joined && due.is_none()) {
            return Ok(());
        }
        let told = Told {
            task_type: self.task.row.task_type,
            is_joined,
            rounds: due.map_or(0, Due::rounds),
            value: due.map_or(0, Due::value),
        };
        let topic = match due {
            Some(_) => TASK_REWARDED,
            None => TASK_JOINED,
        };
        let more = json!({
            "rounds": told.rounds,
            "reward_value": told.value,
            "statistics": statistics(&[told]),
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
