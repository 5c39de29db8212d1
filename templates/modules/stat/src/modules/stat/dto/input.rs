//! Bodies of requests.

use cloudapp_runtime::stat::{
    Metric, MetricScope, Repeat, STAT_CLIENT_EVENTS_MAX, STAT_VALUE_MAX, ValueType,
};
use cloudapp_runtime::types::{Decimal, Id};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a player's app reports.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = stat::ReportInput)]
#[serde(deny_unknown_fields)]
pub struct ReportInput {
    /// The activity; 0 for what belongs to none.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; 0 for what belongs to none.
    #[garde(skip)]
    #[serde(default)]
    pub module_id: Id,
    /// The object of the module, e.g. a page.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub object_id: String,
    /// 1 to 20 metrics.
    #[garde(length(min = 1, max = STAT_CLIENT_EVENTS_MAX), dive)]
    #[schema(min_items = 1, max_items = 20)]
    pub data: Vec<ReportItem>,
}

/// What is added to a metric.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = stat::ReportItem)]
#[serde(deny_unknown_fields)]
pub struct ReportItem {
    /// The metric; one that players' apps may report.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub key: String,
    /// How much, from 0 to what the metric takes. Default 1.
    #[garde(range(min = 0.0))]
    #[serde(default = "one")]
    pub value: Decimal,
}

fn one() -> Decimal {
    Decimal::from(1)
}

/// A definition.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = stat::MetricInput)]
#[serde(deny_unknown_fields)]
pub struct MetricInput {
    /// The activity that it is about; 0 for all.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; 0 for all.
    #[garde(skip)]
    #[serde(default)]
    pub module_id: Id,
    /// The object of the module; empty for all.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub object_id: String,
    /// The name that events say.
    #[garde(length(chars, min = 1), custom(valid::string(64)))]
    pub key_name: String,
    /// What it says.
    #[garde(dive)]
    #[serde(rename = "metric")]
    pub says: MetricChange,
}

impl MetricInput {
    /// Where it holds, and what it says.
    pub fn into_parts(self) -> (MetricScope, Metric) {
        let scope = MetricScope {
            act_id: self.act_id,
            module_id: self.module_id,
            object_id: self.object_id,
        };
        let mut metric = Metric::new(self.key_name, "");
        self.says.apply(&mut metric);
        (scope, metric)
    }
}

/// What a definition says.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = stat::MetricChange)]
#[serde(deny_unknown_fields)]
pub struct MetricChange {
    /// The title for people.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub title: String,
    /// What the title means.
    #[garde(custom(valid::string(200)))]
    #[serde(default)]
    pub tip_title: String,
    /// The group in reports.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub group_name: String,
    /// The group within the group.
    #[garde(custom(valid::string(50)))]
    #[serde(default)]
    pub group_sub_name: String,
    /// `int` or `decimal`.
    #[garde(skip)]
    #[serde(default)]
    pub value_type: ValueType,
    /// `all` events, the first of a player and day (`daily`), or of a player (`ever`).
    #[garde(skip)]
    #[serde(default)]
    pub repeat_type: Repeat,
    /// The largest value that players' apps may report; absent when they may not.
    #[garde(range(min = 0, max = STAT_VALUE_MAX))]
    pub client_max: Option<i64>,
    /// Whether each event gets a row in the log, though it need not.
    #[garde(skip)]
    #[serde(default)]
    pub is_log: bool,
    /// Whether there are figures of single players.
    #[garde(skip)]
    #[serde(default)]
    pub is_user: bool,
    /// Whether reports show it.
    #[garde(skip)]
    #[serde(default = "yes")]
    pub is_show: bool,
    /// Place in reports, the smallest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
}

fn yes() -> bool {
    true
}

impl MetricChange {
    /// Lets a metric say this.
    pub fn apply(self, metric: &mut Metric) {
        metric.title = self.title.into();
        metric.tip = self.tip_title.into();
        metric.group = self.group_name.into();
        metric.sub_group = self.group_sub_name.into();
        metric.value_type = self.value_type;
        metric.repeat = self.repeat_type;
        metric.client_max = self.client_max;
        metric.keeps_log = self.is_log;
        metric.per_user = self.is_user;
        metric.is_shown = self.is_show;
        metric.sort_index = self.sort_index;
    }
}
