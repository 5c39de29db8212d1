//! What is reported, and what becomes of it at the door.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::metric::Repeat;
use super::value::{Amount, StatValue};
use crate::migrate::slot_of_int;
use crate::random::to_hex;
use crate::types::{DateTime, Id, Utc};

/// Lanes of events: all of a player are in one, so that they are counted in their order. The number
/// is in stored events; it can't change.
pub(super) const LANES: u16 = 8;

/// Something that happened, as it is reported.
///
/// ```
/// use cloudapp_runtime::stat::StatEvent;
/// use cloudapp_runtime::types::Id;
///
/// let shared = StatEvent::new("demo", "ShareCount").act(Id::new(1)).user(Id::new(7));
/// let bought = StatEvent::new("demo", "BuyPrice").user(Id::new(7)).value(25).key("order:99");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatEvent {
    pub(super) app_id: String,
    pub(super) act_id: Id,
    pub(super) module_id: Id,
    pub(super) object_id: String,
    pub(super) user_id: Id,
    pub(super) metric: String,
    pub(super) value: StatValue,
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) key: Option<String>,
}

impl StatEvent {
    /// An event of a tenant that adds 1 to a metric, now.
    #[must_use]
    pub fn new(app_id: impl Into<String>, metric: impl Into<String>) -> Self {
        Self {
            app_id: app_id.into(),
            act_id: Id::default(),
            module_id: Id::default(),
            object_id: String::new(),
            user_id: Id::default(),
            metric: metric.into(),
            value: StatValue::Int(1),
            at: None,
            key: None,
        }
    }

    /// Sets the activity.
    #[must_use]
    pub fn act(mut self, act_id: Id) -> Self {
        self.act_id = act_id;
        self
    }

    /// Sets the module of the activity.
    #[must_use]
    pub fn module(mut self, module_id: Id) -> Self {
        self.module_id = module_id;
        self
    }

    /// Sets the object of the module, e.g. a prize.
    #[must_use]
    pub fn object(mut self, object_id: impl Into<String>) -> Self {
        self.object_id = object_id.into();
        self
    }

    /// Sets the player.
    #[must_use]
    pub fn user(mut self, user_id: Id) -> Self {
        self.user_id = user_id;
        self
    }

    /// Sets how much it adds.
    #[must_use]
    pub fn value(mut self, value: impl Into<StatValue>) -> Self {
        self.value = value.into();
        self
    }

    /// Sets when it happened: within the last week.
    #[must_use]
    pub fn at(mut self, at: DateTime<Utc>) -> Self {
        self.at = Some(at);
        self
    }

    /// Gives it a key of your choice, unique for the tenant and the metric: reported again with it
    /// within `stat.applied_days`, it counts once. Metrics that count a player once need none.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// An event that passed the door: with what its metric says, so that counting asks nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    #[serde(rename = "i")]
    pub(super) id: i64,
    #[serde(rename = "k")]
    pub(super) key: String,
    /// Whether it may come again.
    #[serde(rename = "o")]
    pub(super) is_once: bool,
    #[serde(rename = "a")]
    pub(super) app_id: String,
    #[serde(rename = "c")]
    pub(super) act_id: i64,
    #[serde(rename = "m")]
    pub(super) module_id: i64,
    #[serde(rename = "j")]
    pub(super) object_id: String,
    #[serde(rename = "u")]
    pub(super) user_id: i64,
    #[serde(rename = "n")]
    pub(super) name: String,
    #[serde(rename = "w")]
    pub(super) whole: i64,
    #[serde(rename = "f")]
    pub(super) billionths: i64,
    #[serde(rename = "r")]
    pub(super) repeat: i32,
    #[serde(rename = "l")]
    pub(super) is_log: bool,
    #[serde(rename = "p")]
    pub(super) is_user: bool,
    #[serde(rename = "t")]
    pub(super) at_ms: i64,
}

impl Stored {
    pub(super) fn amount(&self) -> Amount {
        Amount {
            whole: self.whole,
            billionths: self.billionths,
        }
    }

    /// The lane of a player's events; events of nobody are spread.
    pub(super) fn lane(&self) -> u16 {
        let by = if self.user_id == 0 {
            self.id
        } else {
            self.user_id
        };
        slot_of_int(by) % LANES
    }

    pub(super) fn repeat(&self) -> Repeat {
        Repeat::of(self.repeat)
    }

    /// What can be counted once only; `None` when this needs no row in the log.
    pub(super) fn digest(&self, day: i32) -> Option<String> {
        let mut hash = Sha256::new();
        match self.repeat() {
            Repeat::All if !self.is_log => return None,
            Repeat::All => {
                part(&mut hash, b"all");
                part(&mut hash, self.key.as_bytes());
            }
            Repeat::Daily => {
                part(&mut hash, b"daily");
                part(&mut hash, &day.to_be_bytes());
            }
            Repeat::Ever => part(&mut hash, b"ever"),
        }
        part(&mut hash, self.app_id.as_bytes());
        part(&mut hash, &self.act_id.to_be_bytes());
        part(&mut hash, &self.module_id.to_be_bytes());
        part(&mut hash, self.object_id.as_bytes());
        part(&mut hash, &self.user_id.to_be_bytes());
        part(&mut hash, self.name.as_bytes());
        Some(to_hex(&hash.finalize()[..16]))
    }
}

/// The key of an event whose reporter chose one.
pub(super) fn key_digest(app_id: &str, metric: &str, key: &str) -> String {
    let mut hash = Sha256::new();
    part(&mut hash, app_id.as_bytes());
    part(&mut hash, metric.as_bytes());
    part(&mut hash, key.as_bytes());
    to_hex(&hash.finalize()[..16])
}

/// Length first, so that no two lists of parts are the same bytes.
fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
