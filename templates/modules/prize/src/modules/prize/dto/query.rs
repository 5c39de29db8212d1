//! Query strings of requests.

use cloudapp_runtime::http::{
    KeysetQuery, PAGE_INDEX_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PageQuery,
};
use cloudapp_runtime::lottery::{PrizeFilter, WinningFilter};
use cloudapp_runtime::types::{DateTime, Id, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

fn page_size() -> u64 {
    PAGE_SIZE_DEFAULT
}

/// Which draws.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LotteryQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    #[garde(skip)]
    #[serde(default)]
    pub module_id: Id,
}

/// Whose winners.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WinnersQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
}

/// Which of the prizes that players see.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ShownQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// Of this module of the activity.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// For this purpose: 0 draws, 1 tasks, 2 exchanges, the app's own from 101.
    #[garde(skip)]
    pub ascription_type: Option<i32>,
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

impl ShownQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }

    /// Which prizes.
    pub fn filter(&self) -> PrizeFilter {
        PrizeFilter {
            act_id: Some(self.act_id),
            module_id: self.module_id,
            ascription_type: self.ascription_type,
            is_release: Some(true),
            ..PrizeFilter::default()
        }
    }
}

/// Which of the tenant's prizes.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PrizeQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this module.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// For this purpose.
    #[garde(skip)]
    pub ascription_type: Option<i32>,
    /// Whose name has this in it.
    #[garde(custom(valid::string(100)))]
    pub prize_name: Option<String>,
    /// Those that players see, or those that they don't.
    #[garde(skip)]
    pub is_release: Option<bool>,
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

impl PrizeQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }

    /// Which prizes.
    pub fn filter(&self) -> PrizeFilter {
        PrizeFilter {
            act_id: self.act_id,
            module_id: self.module_id,
            ascription_type: self.ascription_type,
            prize_name: self.prize_name.clone(),
            is_release: self.is_release,
            is_del: self.is_del,
        }
    }
}

/// Which rules.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RuleQuery {
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

impl RuleQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery::new(self.page_index, self.page_size)
    }
}

/// Which of the player's winnings.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WinningQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// Of this module of the activity.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// 1 virtual, 2 to be shipped.
    #[garde(skip)]
    pub goods_type: Option<i32>,
    /// 0 to be ordered, 1 ordered, 2 bought back, 11 nothing to ship.
    #[garde(skip)]
    pub prize_status: Option<i32>,
    /// Goes on behind the row with this id.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl WinningQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }

    /// Which rows are in the list at all.
    pub fn filter(&self) -> WinningFilter {
        WinningFilter {
            act_id: Some(self.act_id),
            module_id: self.module_id,
            goods_type: self.goods_type,
            prize_status: self.prize_status,
            ..WinningFilter::default()
        }
    }
}

/// Which of the tenant's winnings.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AdminWinningQuery {
    /// Of this activity.
    #[garde(skip)]
    pub act_id: Option<Id>,
    /// Of this module.
    #[garde(skip)]
    pub module_id: Option<Id>,
    /// Of this player.
    #[garde(skip)]
    pub user_id: Option<Id>,
    /// Of this prize.
    #[garde(skip)]
    pub prize_id: Option<Id>,
    /// 1 virtual, 2 to be shipped.
    #[garde(skip)]
    pub goods_type: Option<i32>,
    /// 0 to be ordered, 1 ordered, 2 bought back, 10 hidden, 11 nothing to ship.
    #[garde(skip)]
    pub prize_status: Option<i32>,
    /// In this shipment.
    #[garde(custom(valid::string(64)))]
    pub order_no: Option<String>,
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

impl AdminWinningQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }

    /// Which rows are in the list at all.
    pub fn filter(&self) -> WinningFilter {
        WinningFilter {
            act_id: self.act_id,
            module_id: self.module_id,
            user_id: self.user_id,
            prize_id: self.prize_id,
            goods_type: self.goods_type,
            prize_status: self.prize_status,
            order_no: self.order_no.clone(),
            from: self.from,
            until: self.until,
        }
    }
}

/// Whose draws.
#[derive(Clone, Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DrawQuery {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The player.
    #[garde(skip)]
    pub user_id: Id,
    /// Goes on behind the row with this id.
    #[garde(skip)]
    pub after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    #[serde(default = "page_size")]
    pub page_size: u64,
}

impl DrawQuery {
    /// Which part of the list.
    pub fn keyset(&self) -> KeysetQuery {
        KeysetQuery::new(self.after, self.page_size)
    }
}
