//! What a metric is, as code defines it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a metric counts whole numbers or decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// Whole numbers.
    #[default]
    Int,
    /// Exact decimals.
    Decimal,
}

impl ValueType {
    pub(crate) fn number(self) -> i32 {
        match self {
            Self::Int => 1,
            Self::Decimal => 2,
        }
    }

    pub(crate) fn of(number: i32) -> Self {
        match number {
            2 => Self::Decimal,
            _ => Self::Int,
        }
    }
}

/// How often a player counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    /// Each event counts.
    #[default]
    All,
    /// The first event of a player and day counts.
    Daily,
    /// The first event of a player counts.
    Ever,
}

impl Repeat {
    pub(crate) fn number(self) -> i32 {
        match self {
            Self::All => 0,
            Self::Daily => 1,
            Self::Ever => 2,
        }
    }

    pub(crate) fn of(number: i32) -> Self {
        match number {
            1 => Self::Daily,
            2 => Self::Ever,
            _ => Self::All,
        }
    }
}

/// A metric that code defines: for all tenants and activities, unless they have a definition of
/// their own.
///
/// ```
/// use cloudapp_runtime::stat::{Metric, Repeat};
///
/// let visits = Metric::new("VisitCount", "Visits").group("Traffic", "").client(1);
/// let visitors = Metric::new("VisitUserCount", "Visitors")
///     .group("Traffic", "")
///     .repeat(Repeat::Daily);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The name that events say.
    pub name: Cow<'static, str>,
    /// The title for people.
    pub title: Cow<'static, str>,
    /// What the title means.
    pub tip: Cow<'static, str>,
    /// The group in reports.
    pub group: Cow<'static, str>,
    /// The group within the group; empty for none.
    pub sub_group: Cow<'static, str>,
    /// Whole numbers or decimals.
    pub value_type: ValueType,
    /// How often a player counts.
    pub repeat: Repeat,
    /// Whether players' requests may report it, and the largest value that one may say.
    pub client_max: Option<i64>,
    /// Whether each event gets a row in the log, though it need not.
    pub keeps_log: bool,
    /// Whether there are figures of single players.
    pub per_user: bool,
    /// Whether reports show it.
    pub is_shown: bool,
    /// Place in reports.
    pub sort_index: i32,
}

impl Metric {
    /// A metric of whole numbers that counts each event.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            tip: Cow::Borrowed(""),
            group: Cow::Borrowed(""),
            sub_group: Cow::Borrowed(""),
            value_type: ValueType::Int,
            repeat: Repeat::All,
            client_max: None,
            keeps_log: false,
            per_user: false,
            is_shown: true,
            sort_index: 0,
        }
    }

    /// Sets the group in reports and the group within it.
    #[must_use]
    pub fn group(
        mut self,
        group: impl Into<Cow<'static, str>>,
        sub_group: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.group = group.into();
        self.sub_group = sub_group.into();
        self
    }

    /// Sets how often a player counts.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Makes it a metric of decimals.
    #[must_use]
    pub fn decimal(mut self) -> Self {
        self.value_type = ValueType::Decimal;
        self
    }

    /// Lets players' requests report it, with values of 0 to `max`.
    #[must_use]
    pub fn client(mut self, max: i64) -> Self {
        self.client_max = Some(max);
        self
    }

    /// Keeps figures of single players.
    #[must_use]
    pub fn per_user(mut self) -> Self {
        self.per_user = true;
        self
    }

    /// Keeps a row of the log for each event.
    #[must_use]
    pub fn logged(mut self) -> Self {
        self.keeps_log = true;
        self
    }

    /// Sets its place in reports.
    #[must_use]
    pub fn sort(mut self, index: i32) -> Self {
        self.sort_index = index;
        self
    }
}

/// Kinds of missions with statistics of their own, as the original framework numbers and names
/// them.
pub const TASK_KINDS: [(i32, &str); 26] = [
    (1, "FreeGift"),
    (2, "OneSign"),
    (3, "WeeklySign"),
    (4, "Invite"),
    (5, "InviteJoinMember"),
    (6, "Follow"),
    (7, "Member"),
    (8, "Collect"),
    (9, "Browse"),
    (10, "BrowseStore"),
    (11, "BrowseLiveRoom"),
    (12, "BrowseSpecialTopic"),
    (13, "CumulativeSign"),
    (14, "TaskShare"),
    (15, "InviteHelp"),
    (16, "SecretCode"),
    (17, "CrmPointExchangeAsset"),
    (18, "SuccessiveSign"),
    (19, "BuyAppointGoods"),
    (20, "BuyAppointGoodsPrice"),
    (21, "BuyAppointGoodsPriceGear"),
    (22, "BuyStorePrice"),
    (23, "BuyStorePriceGear"),
    (24, "LotteryTask"),
    (25, "TryLotteryTask"),
    (26, "LotteryGearTask"),
];

/// The original framework's metrics of missions, invitations and shares: for each kind of mission
/// `…UserCount`, `…Count` and `…RewardCount`, and what all have in common.
#[must_use]
pub fn task_metrics() -> Vec<Metric> {
    const GROUP: &str = "Missions";
    let daily =
        |name: &'static str, title: &'static str| Metric::new(name, title).repeat(Repeat::Daily);
    let ever =
        |name: &'static str, title: &'static str| Metric::new(name, title).repeat(Repeat::Ever);
    let mut metrics = vec![
        daily("JoinTaskUserCount", "Players with a mission").group(GROUP, ""),
        ever("AddJoinTaskUserCount", "New players with a mission").group(GROUP, ""),
        Metric::new("JoinTaskCount", "Missions done").group(GROUP, ""),
        Metric::new("JoinTaskRewardCount", "Rewards of missions").group(GROUP, ""),
        daily("BeInvitedUserCount", "Invited players")
            .group("Spreading", "")
            .client(1),
        ever("AddBeInvitedUserCount", "New invited players")
            .group("Spreading", "")
            .client(1),
        Metric::new("BeInvitedCount", "Invitations followed")
            .group("Spreading", "")
            .client(1),
        daily("ShareUserCount", "Players who shared")
            .group("Spreading", "")
            .client(1),
        Metric::new("ShareCount", "Shares")
            .group("Spreading", "")
            .client(1),
    ];
    for (_, kind) in TASK_KINDS {
        let of_kind = |what: &str, title: &'static str| {
            Metric::new(format!("{kind}{what}"), title).group(GROUP, kind)
        };
        metrics.push(of_kind("UserCount", "Players").repeat(Repeat::Daily));
        metrics.push(of_kind("Count", "Times done"));
        metrics.push(of_kind("RewardCount", "Rewards"));
    }
    for (place, metric) in (1_i32..).zip(&mut metrics) {
        metric.sort_index = place;
    }
    metrics
}
