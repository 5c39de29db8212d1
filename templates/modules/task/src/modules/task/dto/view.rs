//! What answers show.

use cloudapp_runtime::task::{
    Acted, CountRow, EvidenceRow, LogRow, Paid, RewardView, TaskProgress, TaskRow,
};
use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// What came of something that the player did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::ActedView)]
pub struct ActedView {
    /// Whether it counted now; it had before, if not.
    pub is_counted: bool,
    /// Progress towards the next round.
    pub current: i64,
    /// What a round takes.
    pub total: i64,
    /// Whether the platform takes member points first; then it is paid soon.
    pub is_waiting: bool,
    /// Rounds that were paid with it.
    pub rounds: i64,
    /// What was paid with it, added up.
    pub reward_value: i64,
    /// What was paid with it.
    pub rewards: Vec<RewardView>,
    /// The balance of the first asset afterwards, when something was paid.
    pub balance: Option<i64>,
}

impl ActedView {
    /// With the rewards as they are shown.
    pub fn new(acted: Acted, rewards: Vec<RewardView>) -> Self {
        let paid = acted.paid.as_ref();
        Self {
            is_counted: acted.is_counted,
            current: acted.current,
            total: acted.total,
            is_waiting: acted.is_waiting,
            rounds: paid.map_or(0, |paid| paid.rounds),
            reward_value: paid.map_or(0, |paid| paid.reward_value),
            balance: paid.and_then(|paid| paid.balance),
            rewards,
        }
    }
}

/// What the player was paid.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::PaidView)]
pub struct PaidView {
    /// What it was, added up.
    pub reward_value: i64,
    /// Rounds that were paid.
    pub rounds: i64,
    /// What it was.
    pub rewards: Vec<RewardView>,
    /// The balance of the first asset afterwards.
    pub balance: Option<i64>,
}

impl PaidView {
    /// With the rewards as they are shown.
    pub fn new(paid: Paid, rewards: Vec<RewardView>) -> Self {
        Self {
            reward_value: paid.reward_value,
            rounds: paid.rounds,
            rewards,
            balance: paid.balance,
        }
    }
}

/// A task as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::AdminView)]
pub struct AdminView {
    /// Its id.
    pub id: Id,
    /// The activity.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// 1 to 26, or the app's own from 201.
    pub task_type: i32,
    /// What players read; empty for the name of the type.
    pub task_name: String,
    /// 1 day, 2 week, 3 permanent, 4 month, 5 activity.
    pub complete_type: i32,
    /// What the type needs.
    #[schema(value_type = Object)]
    pub config: Json,
    /// Tasks are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it.
    pub is_release: bool,
    /// When `is_release` last changed.
    pub release_date: DateTime<Utc>,
    /// Whether it was removed.
    pub is_del: bool,
    /// What it belongs to in the app.
    pub source_object_id: String,
    /// Where the client goes for it.
    pub route_url: String,
    /// Not before.
    pub starts_at: Option<DateTime<Utc>>,
    /// Not from then on.
    pub ends_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<TaskRow> for AdminView {
    fn from(row: TaskRow) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            module_id: row.module_id,
            task_type: row.task_type,
            task_name: row.task_name,
            complete_type: row.complete_type,
            config: json(&row.config_json),
            sort_index: row.sort_index,
            is_release: row.is_release,
            release_date: row.release_date,
            is_del: row.is_del,
            source_object_id: row.source_object_id,
            route_url: row.route_url,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// How a player stands with a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::ProgressView)]
pub struct ProgressView {
    /// The task.
    pub task: AdminView,
    /// What is left to do, or why nothing more counts.
    pub reason: String,
    /// Counters as they are stored.
    pub counts: Vec<CountView>,
    /// Amounts by day, of tiers.
    pub days: Vec<DayView>,
    /// The newest evidence.
    pub evidence: Vec<EvidenceView>,
}

impl From<TaskProgress> for ProgressView {
    fn from(progress: TaskProgress) -> Self {
        let days = progress.days.into_iter();
        Self {
            task: progress.task.row.into(),
            reason: progress.reason,
            counts: progress.counts.into_iter().map(CountView::from).collect(),
            days: days.map(|(day, amount)| DayView { day, amount }).collect(),
            evidence: progress
                .evidence
                .into_iter()
                .map(EvidenceView::from)
                .collect(),
        }
    }
}

/// Counters of one part.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::CountView)]
pub struct CountView {
    /// The part.
    pub sub_type: String,
    /// Rounds of the period that are paid; of calendars the day.
    pub complete_count: i64,
    /// Progress that is not paid for.
    pub now_count: i64,
    /// The period of both.
    pub period_key: String,
    /// When something last counted.
    pub updated_at: DateTime<Utc>,
}

impl From<CountRow> for CountView {
    fn from(row: CountRow) -> Self {
        Self {
            sub_type: row.task_sub_type,
            complete_count: row.complete_count,
            now_count: row.now_count,
            period_key: row.period_key,
            updated_at: row.updated_at,
        }
    }
}

/// What was done on one day.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::DayView)]
pub struct DayView {
    /// The day, `20260131`.
    pub day: i32,
    /// How much: draws, or hundredths of money.
    pub amount: i64,
}

/// Something that counts once.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::EvidenceView)]
pub struct EvidenceView {
    /// A goods, an order, a draw; of invitations the other player.
    pub object_id: String,
    /// Whether a round was paid for it.
    pub is_handle: bool,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<EvidenceRow> for EvidenceView {
    fn from(row: EvidenceRow) -> Self {
        Self {
            object_id: row.object_id,
            is_handle: row.is_handle,
            created_at: row.created_at,
        }
    }
}

/// A payment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::LogView)]
pub struct LogView {
    /// Its id.
    pub id: Id,
    /// The activity.
    pub act_id: Id,
    /// The player.
    pub user_id: Id,
    /// The task.
    pub task_id: Id,
    /// Its type.
    pub task_type: i32,
    /// The part of it.
    pub sub_type: String,
    /// Its name then.
    pub task_name: String,
    /// 1 asset, 2 prize, 3 card.
    pub reward_type: i32,
    /// Which one.
    pub reward_object_id: String,
    /// How many.
    pub reward_num: i64,
    /// Details.
    #[schema(value_type = Object)]
    pub info: Json,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<LogRow> for LogView {
    fn from(row: LogRow) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            user_id: row.user_id,
            task_id: row.task_id,
            task_type: row.task_type,
            sub_type: row.task_sub_type,
            task_name: row.task_name,
            reward_type: row.reward_type,
            reward_object_id: row.reward_object_id,
            reward_num: row.reward_num,
            info: json(&row.info_json),
            created_at: row.created_at,
        }
    }
}

/// How many swaps are settled.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = task::SettledView)]
pub struct SettledView {
    /// So many, by this request.
    pub settled: u64,
}

fn json(text: &str) -> Json {
    text.parse().unwrap_or_default()
}
