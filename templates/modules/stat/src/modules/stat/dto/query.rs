//! Query strings of requests.

use cloudapp_runtime::http::{KeysetQuery, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use cloudapp_runtime::stat::{StatFilter, StatUnit, UserStatFilter};
use cloudapp_runtime::types::{Id, NaiveDate};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which figures.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// The activity; 0 for what belongs to none.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; all when absent.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// The object of the module; all when absent.
    #[garde(custom(valid::string(64)))]
    pub object_id: Option<String>,
    /// The first day.
    #[garde(custom(valid::date))]
    pub from: NaiveDate,
    /// The last day.
    #[garde(custom(valid::date))]
    pub to: NaiveDate,
}

impl ReportQuery {
    /// The same, of a tenant.
    pub fn into_filter(self, app_id: &str) -> StatFilter {
        StatFilter {
            app_id: app_id.to_owned(),
            act_id: self.act_id,
            module_id: self.module_id,
            object_id: self.object_id,
            from: self.from,
            to: self.to,
        }
    }
}

/// Which figures, and in which steps.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TrendQuery {
    /// The activity; 0 for what belongs to none.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; all when absent.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// The object of the module; all when absent.
    #[garde(custom(valid::string(64)))]
    pub object_id: Option<String>,
    /// The first day.
    #[garde(custom(valid::date))]
    pub from: NaiveDate,
    /// The last day.
    #[garde(custom(valid::date))]
    pub to: NaiveDate,
    /// `hour`, `day`, `month` or `year`.
    #[garde(skip)]
    #[param(inline)]
    #[serde(default)]
    pub unit: StatUnit,
    /// The metric; all when absent.
    #[garde(custom(valid::string(64)))]
    pub metric: Option<String>,
}

impl TrendQuery {
    /// Which figures of a tenant, in which steps, of which metric.
    pub fn into_parts(self, app_id: &str) -> (StatFilter, StatUnit, Option<String>) {
        let filter = StatFilter {
            app_id: app_id.to_owned(),
            act_id: self.act_id,
            module_id: self.module_id,
            object_id: self.object_id,
            from: self.from,
            to: self.to,
        };
        (filter, self.unit, self.metric)
    }
}

/// Which figures of players.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UserQuery {
    /// The activity; 0 for what belongs to none.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The player; all when absent.
    #[garde(skip)]
    pub user_id: Option<Id>,
    /// The metric; all when absent.
    #[garde(custom(valid::string(64)))]
    pub metric: Option<String>,
    /// The first day.
    #[garde(custom(valid::date))]
    pub from: Option<NaiveDate>,
    /// The last day.
    #[garde(custom(valid::date))]
    pub to: Option<NaiveDate>,
    /// Goes on behind the row with this id.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

impl UserQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }

    /// Which rows of a tenant are in the list at all.
    pub fn into_filter(self, app_id: &str) -> UserStatFilter {
        UserStatFilter {
            app_id: app_id.to_owned(),
            act_id: self.act_id,
            user_id: self.user_id,
            metric: self.metric,
            from: self.from,
            to: self.to,
        }
    }
}
