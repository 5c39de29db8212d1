//! What a task is made of: a trigger, a period, a way to count, a limit, rewards and evidence.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Period;

/// Most rounds that one claim pays; what is left is paid by the next.
pub const ROUNDS_MAX: i64 = 1_000;

/// Who or what makes a task go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The player does it himself, and is believed: it gains nothing that he could not have anyhow.
    Own,
    /// The player signs in.
    Sign,
    /// The player names a goods.
    Goods,
    /// The player knows a code.
    Secret,
    /// Somebody whom the player invited comes; the inviter is counted.
    Invite(Guest),
    /// The platform says that the player follows the shop.
    Follow,
    /// The platform says that the player is a member of the shop.
    Member,
    /// The platform takes member points from the player.
    Swap,
    /// The shop has an order of the player.
    Order,
    /// The player drew.
    Draw,
    /// The player tried a draw.
    Trial,
}

/// Who counts as invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest {
    /// Somebody who was never here before.
    New,
    /// Somebody of whom the platform says that he is a member of the shop.
    Member,
    /// Anybody.
    Anybody,
}

/// How events become progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Each counts one.
    Count,
    /// Each counts its amount of money, in hundredths.
    Sum,
    /// Each counts one, and there is one for each goods.
    Distinct,
    /// One a day: the first sign of the period is day 1, the next day 2, whatever lies between.
    Calendar,
    /// One a day, and a day without one begins again with day 1; `true`: so does the last day.
    Streak(bool),
    /// Amounts are added up by day; each part asks for a sum over the period, and pays once.
    Tiers,
}

/// When a task pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pay {
    /// With the event that completes a round.
    Now,
    /// When the player claims it.
    Claim,
    /// After the platform has taken its price.
    Swap,
}

/// Of what it takes evidence that counts once only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// None: the period and the limit suffice.
    None,
    /// Each goods, once for the task.
    Goods,
    /// Each goods, once a day.
    GoodsOfDay,
    /// Each invited player, once for the activity and module, whoever invites him.
    Invitee,
    /// Each pair of inviter and invited, once.
    Pair,
    /// Each order of the shop.
    Order,
    /// Each draw.
    Draw,
}

/// Which goods count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Goods {
    /// All of them.
    #[default]
    All,
    /// These.
    Only(BTreeSet<String>),
    /// All but these.
    Except(BTreeSet<String>),
}

impl Goods {
    /// Whether a goods counts.
    #[must_use]
    pub fn counts(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.contains(id),
            Self::Except(ids) => !ids.contains(id),
        }
    }
}

/// What kind of thing a reward is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RewardKind {
    /// An asset, paid in the transaction of the completion: of this type, or of the app's default.
    Asset(Option<i32>),
    /// A prize: an event asks for it.
    Prize,
    /// A card: an event asks for it.
    Card,
}

impl RewardKind {
    /// The original framework's `reward_type`.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Asset(_) => 1,
            Self::Prize => 2,
            Self::Card => 3,
        }
    }
}

/// What a round gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reward {
    /// Of what kind.
    pub kind: RewardKind,
    /// Which one: an object of the asset type, a prize, a card.
    pub object_id: String,
    /// Its name for people.
    pub name: String,
    /// How many of it; 0 for nothing.
    pub value: i64,
}

/// A part of a task that is counted and limited on its own: the task itself, a page to look at, a
/// tier; of calendars, a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The sub-task's id; empty for the task itself.
    pub id: String,
    /// How much makes a round; of calendars, the number of the day.
    pub need: i64,
    /// How many rounds a period has; `None` for any number.
    pub limit: Option<i64>,
    /// What each round gives.
    pub rewards: Vec<Reward>,
    /// Where the client goes for it.
    pub link_url: String,
    /// Of tiers: what was done before this day does not count.
    pub since: Option<NaiveDate>,
}

/// A task's rule: everything that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What makes it go on.
    pub trigger: Trigger,
    /// For how long its counters go on.
    pub period: Period,
    /// How events count.
    pub progress: Progress,
    /// When it pays.
    pub pay: Pay,
    /// What evidence it takes.
    pub evidence: Evidence,
    /// The parts; at least one.
    pub parts: Vec<Part>,
    /// Which goods count.
    pub goods: Goods,
    /// The code that the player must know.
    pub secret: Option<String>,
    /// Whether progress beyond the limit is still written down (`close_invite_limit`); it is not
    /// paid.
    pub is_unbounded: bool,
    /// Whether players are paid who followed, or were members, before they first came here.
    pub pays_earlier: bool,
    /// Member points that a swap costs.
    pub price: i64,
}

impl Rule {
    /// Whether it has one counter for all of its parts.
    #[must_use]
    pub fn is_calendar(&self) -> bool {
        matches!(self.progress, Progress::Calendar | Progress::Streak(_))
    }

    /// The part of an id. Calendars are acted on as a whole.
    #[must_use]
    pub fn part(&self, id: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.id == id)
    }

    /// Of calendars: the last day.
    #[must_use]
    pub fn last_day(&self) -> i64 {
        self.parts.iter().map(|part| part.need).max().unwrap_or(0)
    }
}
