//! `job_tb`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::types::{DateTime, Id, Utc};

/// What has become of a job so far.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It may be started.
    #[sea_orm(string_value = "ready")]
    Ready,
    /// It waits for its time, or for its next attempt.
    #[sea_orm(string_value = "scheduled")]
    Scheduled,
    /// It waits for those before it in its lane.
    #[sea_orm(string_value = "parked")]
    Parked,
    /// A worker has it.
    #[sea_orm(string_value = "running")]
    Running,
    /// It succeeded, and is kept for its unique key.
    #[sea_orm(string_value = "done")]
    Done,
    /// It failed for the last time: a dead letter.
    #[sea_orm(string_value = "dead")]
    Dead,
    /// Somebody cancelled it.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_tb")]
pub struct Model {
    /// Grows with the time at which it was added.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    /// The name of its type.
    pub name: String,
    /// The queue that it waits in.
    pub queue: String,
    /// The lane that it keeps its place in.
    pub lane: Option<String>,
    /// Its place there, until it is finished.
    pub lane_seq: Option<i64>,
    /// The tenant; empty when it was given none.
    pub app_id: String,
    /// Its fields: JSON.
    pub payload: String,
    /// The negative of its priority.
    pub minus_priority: i32,
    /// What has become of it.
    pub state: JobState,
    /// How often it was started; runs that were given back do not count.
    pub attempt: i32,
    /// How often it is tried at most.
    pub max_attempts: i32,
    /// When it may be, or was to be, started.
    pub run_at: DateTime<Utc>,
    /// When it is to be looked at again: made ready, or removed.
    pub wake_at: Option<DateTime<Utc>>,
    /// At most one job of its name has this key.
    pub unique_key: Option<String>,
    /// Who has it, or had it last.
    pub worker_id: Option<Id>,
    /// Number of its runs.
    pub run_no: i64,
    /// Whether its run was told to end.
    pub is_cancelled: bool,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When its last run began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was finished: done, dead or cancelled.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Model {
    /// Jobs with a higher one go first.
    #[must_use]
    pub fn priority(&self) -> i32 {
        self.minus_priority.saturating_neg()
    }
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
