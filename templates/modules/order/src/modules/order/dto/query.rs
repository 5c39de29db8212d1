//! Query strings of requests.

use cloudapp_runtime::http::{KeysetQuery, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use cloudapp_runtime::order::OrderFilter;
use cloudapp_runtime::types::{DateTime, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// Of which activity.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ActQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
}

/// Which of the player's shipments.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OrderQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// In this state: 0 to be shipped, 1 shipped, 2 will not be, 3 refunded, 4 complete.
    #[garde(skip)]
    pub order_status: Option<i32>,
    /// Goes on behind the row with this id.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl OrderQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }
}

/// Which of the tenant's shipments.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this player.
    #[garde(skip)]
    pub user_id: Option<Id>,
    /// With this number.
    #[garde(custom(valid::string(32)))]
    pub order_no: Option<String>,
    /// In this state: 0 to be shipped, 1 shipped, 2 will not be, 3 refunded, 4 complete.
    #[garde(skip)]
    pub order_status: Option<i32>,
    /// With this tracking number.
    #[garde(custom(valid::string(50)))]
    pub express_no: Option<String>,
    /// Not before.
    #[garde(custom(valid::datetime))]
    pub from: Option<DateTime<Utc>>,
    /// Before.
    #[garde(custom(valid::datetime))]
    pub until: Option<DateTime<Utc>>,
    /// Goes on behind the row with this id.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl AdminQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }

    /// Which rows are in the list at all.
    pub fn filter(&self) -> OrderFilter {
        OrderFilter {
            act_id: self.act_id,
            user_id: self.user_id,
            order_no: self.order_no.clone(),
            order_status: self.order_status,
            express_no: self.express_no.clone(),
            from: self.from,
            until: self.until,
        }
    }
}
