//! Query strings of requests.

use cloudapp_runtime::http::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::task::TaskFilter;
use cloudapp_runtime::types::Id;
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

/// Far beyond any list that is sensibly paged by number.
const PAGE_INDEX_MAX: u64 = 1_000_000_000;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// Which of the player's tasks.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// Of this module of the activity, and of none.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// Of this type.
    #[garde(skip)]
    pub task_type: Option<i32>,
}

impl From<ListQuery> for TaskFilter {
    fn from(query: ListQuery) -> Self {
        Self {
            act_id: query.act_id,
            module_id: query.module_id,
            task_types: query.task_type.into_iter().collect(),
        }
    }
}

/// Which of the tenant's tasks.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TaskQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Those that were removed, instead of those that were not.
    #[garde(skip)]
    #[serde(default)]
    pub is_del: bool,
    /// Number of the page, from 0.
    #[garde(range(max = PAGE_INDEX_MAX))]
    #[param(default = 0, maximum = 1_000_000_000)]
    #[serde(default)]
    pub page_index: u64,
    /// Rows on a page.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl TaskQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }
}

/// Whose progress.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProgressQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The player.
    #[garde(skip)]
    pub user_id: Id,
}

/// Which payments.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this player.
    #[garde(skip)]
    pub user_id: Option<Id>,
    /// Number of the page, from 0.
    #[garde(range(max = PAGE_INDEX_MAX))]
    #[param(default = 0, maximum = 1_000_000_000)]
    #[serde(default)]
    pub page_index: u64,
    /// Rows on a page.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl LogQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }
}
