//! Bodies of requests.

use cloudapp_runtime::task::{Deed, TaskDraft};
use cloudapp_runtime::types::{DateTime, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

/// What the player did. Which fields are needed depends on the task: `next_step.needs` names them.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = task::ActInput)]
#[serde(deny_unknown_fields)]
pub struct ActInput {
    /// The part of the task, of those that have several.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub sub_type: String,
    /// The goods that he collected or looked at.
    #[garde(custom(valid::string(64)))]
    pub goods_id: Option<String>,
    /// Who invited him.
    #[garde(skip)]
    pub inviter_id: Option<Id>,
    /// The code that he knows.
    #[garde(custom(valid::string(200)))]
    pub secret_code: Option<String>,
}

impl ActInput {
    /// The same with the key of the request.
    pub fn into_deed(self, request: Option<String>) -> Deed {
        Deed {
            sub_type: self.sub_type,
            goods_id: self.goods_id,
            inviter_id: self.inviter_id,
            secret_code: self.secret_code,
            request,
        }
    }
}

/// What the player claims.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = task::ClaimInput)]
#[serde(deny_unknown_fields)]
pub struct ClaimInput {
    /// The part of the task, of those that have several.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub sub_type: String,
}

/// What is sent to create a task, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = task::TaskInput)]
#[serde(deny_unknown_fields)]
pub struct TaskInput {
    /// The activity; 0 for the tenant as a whole. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; 0 for none. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub module_id: Id,
    /// 1 to 26, or the app's own from 201. Stays as it is.
    #[garde(skip)]
    pub task_type: i32,
    /// What players read; empty for the name of the type.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub task_name: String,
    /// 1 day, 2 week, 3 permanent, 4 month, 5 activity.
    #[garde(range(min = 1, max = 5))]
    pub complete_type: i32,
    /// What the type needs, e.g. `{"reward_value": 5}`.
    #[garde(custom(valid::json))]
    #[schema(value_type = Object)]
    pub config: Json,
    /// Tasks are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
    /// What it belongs to in the app.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub source_object_id: String,
    /// Where the client goes for it.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub route_url: String,
    /// Not before.
    #[garde(custom(valid::datetime))]
    pub starts_at: Option<DateTime<Utc>>,
    /// Not from then on.
    #[garde(custom(valid::datetime))]
    pub ends_at: Option<DateTime<Utc>>,
}

impl From<TaskInput> for TaskDraft {
    fn from(input: TaskInput) -> Self {
        Self {
            act_id: input.act_id,
            module_id: input.module_id,
            task_type: input.task_type,
            task_name: input.task_name,
            complete_type: input.complete_type,
            config: input.config,
            sort_index: input.sort_index,
            is_release: input.is_release,
            source_object_id: input.source_object_id,
            route_url: input.route_url,
            starts_at: input.starts_at,
            ends_at: input.ends_at,
        }
    }
}

/// Whether players see a task.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = task::ReleaseInput)]
#[serde(deny_unknown_fields)]
pub struct ReleaseInput {
    /// Whether they do.
    #[garde(skip)]
    pub is_release: bool,
}

/// The places of tasks.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = task::SortInput)]
#[serde(deny_unknown_fields)]
pub struct SortInput {
    /// At most 200 of them.
    #[garde(length(min = 1, max = 200), dive)]
    #[schema(min_items = 1, max_items = 200)]
    pub places: Vec<PlaceInput>,
}

/// The place of a task.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = task::PlaceInput)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// The task.
    #[garde(skip)]
    pub id: Id,
    /// Tasks are shown by this, the largest first.
    #[garde(skip)]
    pub sort_index: i32,
}

/// From where to where tasks are copied.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = task::CopyInput)]
#[serde(deny_unknown_fields)]
pub struct CopyInput {
    /// The activity that has them.
    #[garde(skip)]
    pub from_act_id: Id,
    /// The activity that is to have them.
    #[garde(skip)]
    pub to_act_id: Id,
}
