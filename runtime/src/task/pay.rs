//! Payments, in the transaction of what they are for.

use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::{Value, json};

use super::definition::Task;
use super::engine::Engine;
use super::entity::log;
use super::event::About;
use super::model::{Due, Reward, RewardKind};
use super::ready::Ready;
use super::unit::next_id;
use crate::app::Context;
use crate::asset::{Asset, Change, Owner, Source, day_number};
use crate::db::Transaction;
use crate::error::AppResult;
use crate::http::request_id;
use crate::types::{DateTime, Id, Utc};

/// Most things that the journal names a payment's evidence by.
const LISTED_MAX: usize = 20;

/// What a player was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// How many rounds.
    pub rounds: i64,
    /// How much of assets, prizes and cards together.
    pub reward_value: i64,
    /// What.
    pub rewards: Vec<Reward>,
    /// The balance of the first asset afterwards.
    pub balance: Option<i64>,
    /// The idempotency key.
    pub only_id: String,
}

/// A payment that is to be made.
pub(super) struct Payment<'a> {
    pub(super) task: &'a Task,
    pub(super) user_id: Id,
    pub(super) due: &'a Due,
    /// What the evidence is about that is used up.
    pub(super) objects: Vec<String>,
    pub(super) handler: &'static str,
    pub(super) at: DateTime<Utc>,
    /// Whether something counts with it, for statistics.
    pub(super) is_joined: bool,
}

impl Payment<'_> {
    /// Makes it.
    ///
    /// # Errors
    /// The ledger's, and the hook's: nothing may be committed.
    pub(super) async fn make(
        &self,
        ctx: &Context,
        engine: &Ready<'_>,
        txn: &Transaction<'_>,
    ) -> AppResult<Paid> {
        let (task, due) = (self.task, self.due);
        let only_id = due.key(task.id());
        let title = task.title(engine, ctx.config().http.language);
        let changes = self.changes(engine, &only_id, &title);
        let mut balance = None;
        if !changes.is_empty() {
            let grant = ctx.ledger().prepare_now(changes)?;
            let receipts = grant.apply(txn).await?;
            balance = receipts.first().map(|receipt| receipt.value);
        }
        let about = About {
            task,
            user_id: self.user_id,
            part: &due.part,
            at: self.at,
        };
        for (index, reward) in due.rewards.iter().enumerate() {
            if !matches!(reward.kind, RewardKind::Asset(_)) {
                let key = format!("{only_id}:{index}");
                about.ask_for((ctx, txn), reward, &key).await?;
            }
        }
        if engine.config().log {
            self.log(ctx, engine, txn, &title).await?;
        }
        about
            .tell((ctx, txn), engine, self.is_joined, Some(due))
            .await?;
        let paid = Paid {
            rounds: due.rounds(),
            reward_value: due.value(),
            rewards: due.rewards.clone(),
            balance,
            only_id,
        };
        engine
            .hooks()
            .after_pay(txn, task, self.user_id, &paid)
            .await?;
        Ok(paid)
    }

    /// What the journal keeps.
    fn info(&self) -> Value {
        let due = self.due;
        json!({
            "task_id": self.task.id(),
            "task_type": self.task.row.task_type,
            "sub_type": due.part,
            "period": due.period,
            "rounds": [due.first, due.last],
            "list": self.objects.iter().take(LISTED_MAX).collect::<Vec<_>>(),
        })
    }

    fn changes(&self, engine: &Engine, only_id: &str, title: &str) -> Vec<Change> {
        let row = &self.task.row;
        let owner = Owner::user(&row.app_id, row.act_id, self.user_id);
        let source = Source::new(Source::TASK).object(row.task_type.to_string(), title);
        let mut changes = Vec::new();
        for reward in &self.due.rewards {
            let RewardKind::Asset(asset_type) = reward.kind else {
                continue;
            };
            let asset_type = asset_type.unwrap_or(engine.config().asset_type);
            let asset = Asset::new(asset_type, reward.object_id.as_str());
            let change = Change::new(owner.clone(), asset, reward.value)
                .key(only_id)
                .module(row.module_id)
                .source(source.clone())
                .title(title)
                .info(self.info())
                .handler(self.handler);
            changes.push(change);
        }
        changes
    }

    async fn log(
        &self,
        ctx: &Context,
        engine: &Ready<'_>,
        txn: &Transaction<'_>,
        title: &str,
    ) -> AppResult<()> {
        let row = &self.task.row;
        let day = day_number(self.task.moment(engine, self.at).today);
        for reward in &self.due.rewards {
            let entry = log::Model {
                id: next_id(ctx)?,
                app_id: row.app_id.clone(),
                act_id: row.act_id,
                module_id: row.module_id,
                user_id: self.user_id,
                log_title: title.to_owned(),
                info_json: self.info().to_string(),
                task_id: row.id,
                task_type: row.task_type,
                task_sub_type: self.due.part.clone(),
                task_name: title.to_owned(),
                reward_type: reward.kind.number(),
                reward_object_id: reward.object_id.clone(),
                reward_name: reward.name.clone(),
                reward_num: reward.value,
                handler_name: self.handler.to_owned(),
                request_code: request_id().map_or_else(String::new, |id| id.to_string()),
                create_day: day,
                created_at: self.at,
            };
            let entry = entry.into_active_model();
            log::Entity::insert(entry)
                .exec_without_returning(txn)
                .await?;
        }
        Ok(())
    }
}
