//! What answers show.

use cloudapp_runtime::stat::{Metric, MetricScope, OwnMetric, Repeat, ValueType};
use cloudapp_runtime::types::Id;
use serde::Serialize;
use utoipa::ToSchema;

/// The metrics of the tenant.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = stat::MetricList)]
pub struct MetricList {
    /// His own definitions. They hold before those of code.
    pub own: Vec<MetricView>,
    /// What code says.
    pub code: Vec<MetricView>,
}

/// A definition.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = stat::MetricView)]
pub struct MetricView {
    /// Id of the definition; 0 for those of code.
    pub id: Id,
    /// The activity that it is about; 0 for all.
    pub act_id: Id,
    /// The module of the activity; 0 for all.
    pub module_id: Id,
    /// The object of the module; empty for all.
    pub object_id: String,
    /// The name that events say.
    pub key_name: String,
    /// The title for people.
    pub title: String,
    /// What the title means.
    pub tip_title: String,
    /// The group in reports.
    pub group_name: String,
    /// The group within the group.
    pub group_sub_name: String,
    /// `int` or `decimal`.
    pub value_type: ValueType,
    /// `all` events, the first of a player and day (`daily`), or of a player (`ever`).
    pub repeat_type: Repeat,
    /// The largest value that players' apps may report; null when they may not.
    pub client_max: Option<i64>,
    /// Whether each event gets a row in the log, though it need not.
    pub is_log: bool,
    /// Whether there are figures of single players.
    pub is_user: bool,
    /// Whether reports show it.
    pub is_show: bool,
    /// Place in reports.
    pub sort_index: i32,
}

impl From<OwnMetric> for MetricView {
    fn from(own: OwnMetric) -> Self {
        Self::new(own.id, own.scope, own.metric)
    }
}

impl From<Metric> for MetricView {
    fn from(metric: Metric) -> Self {
        Self::new(Id::default(), MetricScope::default(), metric)
    }
}

impl MetricView {
    fn new(id: Id, scope: MetricScope, metric: Metric) -> Self {
        Self {
            id,
            act_id: scope.act_id,
            module_id: scope.module_id,
            object_id: scope.object_id,
            key_name: metric.name.into_owned(),
            title: metric.title.into_owned(),
            tip_title: metric.tip.into_owned(),
            group_name: metric.group.into_owned(),
            group_sub_name: metric.sub_group.into_owned(),
            value_type: metric.value_type,
            repeat_type: metric.repeat,
            client_max: metric.client_max,
            is_log: metric.keeps_log,
            is_user: metric.per_user,
            is_show: metric.is_shown,
            sort_index: metric.sort_index,
        }
    }
}
