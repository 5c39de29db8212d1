//! What can be asked of the ledger: changes of balances, and what comes back.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::owner::{Asset, Owner};
use super::rules::{VALUE_MAX, asset_type};
use crate::error::{AppError, AppResult};
use crate::http::request_id;
use crate::oplog::{Entry, Field, LogRow, Logged, Operation as Deed, Pending, Recorder};
use crate::random;
use crate::types::Id;

/// Longest idempotency key in characters.
pub const KEY_MAX_CHARS: usize = 255;

/// Whether a text can be an idempotency key: 1 to 255 characters, none a control character.
pub(crate) fn is_key(key: &str) -> bool {
    (1..=KEY_MAX_CHARS).contains(&key.chars().count()) && !key.chars().any(char::is_control)
}

/// Most changes in one operation.
pub const CHANGES_MAX: usize = 100;

/// Longest `info_json` in bytes.
const INFO_MAX_BYTES: usize = 16 * 1024;

/// Changes of balances in the operation log; their object is the player.
pub const LOGGED: Logged = Logged::new("asset").called("Balance", "资产").fields(&[
    Field::new("asset_type", "Type", "资产类型"),
    Field::new("asset_object_id", "Object", "资产对象"),
    Field::new("value", "Balance", "余额"),
    Field::new("only_id", "Key", "幂等键"),
]);

/// Where a change comes from or goes to: the original framework's `source_type` with its object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// One of the constants, or an own one from 101.
    pub source_type: i32,
    /// Which of them: an order number, the id of a task.
    pub object_id: String,
    /// Its name for people.
    pub object_name: String,
}

impl Source {
    /// Something was bought.
    pub const PURCHASE: i32 = 1;
    /// Reward of a task.
    pub const TASK: i32 = 2;
    /// An operator did it.
    pub const MANUAL: i32 = 3;
    /// Cost or prize of a draw.
    pub const LOTTERY: i32 = 4;
    /// A prize was given back for points.
    pub const BUY_BACK: i32 = 5;
    /// One asset for another.
    pub const EXCHANGE: i32 = 6;
    /// An order was refunded.
    pub const REFUND: i32 = 7;
    /// Its time was over.
    pub const EXPIRY: i32 = 8;
    /// The first one of the application's own.
    pub const OWN_FROM: i32 = 101;

    /// A source without object.
    #[must_use]
    pub fn new(source_type: i32) -> Self {
        Self {
            source_type,
            ..Self::default()
        }
    }

    /// Says which one.
    #[must_use]
    pub fn object(mut self, id: impl Into<String>, name: impl Into<String>) -> Self {
        self.object_id = id.into();
        self.object_name = name.into();
        self
    }
}

/// A change of one balance.
///
/// ```
/// use cloudapp_runtime::asset::{Asset, Change, Owner, Source};
/// use cloudapp_runtime::types::Id;
///
/// let owner = Owner::user("demo", Id::new(1), Id::new(42));
/// let gain = Change::new(owner, Asset::POINTS, 10)
///     .key("order:1001")
///     .source(Source::new(Source::PURCHASE).object("1001", "Tea cup"))
///     .title("Points for an order");
/// assert_eq!(gain.delta, 10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Whose balance.
    pub owner: Owner,
    /// Of what.
    pub asset: Asset,
    /// How much more; negative for less. Not 0.
    pub delta: i64,
    /// Idempotency key, unique within the owner; a random one when absent. In an operation of
    /// several changes the first one's counts for all.
    pub only_id: Option<String>,
    /// Module of the activity; 0 for none.
    pub module_id: Id,
    /// Where it comes from or goes to.
    pub source: Source,
    /// What it is for, in words for people.
    pub title: String,
    /// Whatever is to be kept with it; `Null` for nothing.
    pub info: Value,
    /// The player's id on his platform.
    pub open_id: Option<String>,
    /// The player's nickname.
    pub user_nick: Option<String>,
    /// The route or job that asks for it.
    pub handler_name: String,
    /// The request that asks for it; that of the current task, unless set.
    pub request_code: String,
    /// What the operation log is told of it.
    log: Option<Box<Pending>>,
}

impl Change {
    /// A change with nothing but its effect.
    #[must_use]
    pub fn new(owner: Owner, asset: impl Into<Asset>, delta: i64) -> Self {
        Self {
            owner,
            asset: asset.into(),
            delta,
            only_id: None,
            module_id: Id::new(0),
            source: Source::default(),
            title: String::new(),
            info: Value::Null,
            open_id: None,
            user_nick: None,
            handler_name: String::new(),
            request_code: request_id().map_or_else(String::new, |id| id.to_string()),
            log: None,
        }
    }

    /// Sets the idempotency key: 1 to 255 characters without control characters.
    #[must_use]
    pub fn key(mut self, only_id: impl Into<String>) -> Self {
        self.only_id = Some(only_id.into());
        self
    }

    /// Sets the module of the activity.
    #[must_use]
    pub fn module(mut self, module_id: Id) -> Self {
        self.module_id = module_id;
        self
    }

    /// Sets where it comes from or goes to.
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    /// Sets what it is for: at most 200 characters.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets what is to be kept with it: at most 16 KiB as text.
    #[must_use]
    pub fn info(mut self, info: Value) -> Self {
        self.info = info;
        self
    }

    /// Sets how the platform knows the player, for searches in the journal.
    #[must_use]
    pub fn player(mut self, open_id: Option<String>, user_nick: Option<String>) -> Self {
        self.open_id = open_id;
        self.user_nick = user_nick;
        self
    }

    /// Sets the route or job that asks for it.
    #[must_use]
    pub fn handler(mut self, name: impl Into<String>) -> Self {
        self.handler_name = name.into();
        self
    }

    /// Has the operation log tell who did it, with the balance before and after, in the transaction
    /// of the change. A replay adds nothing.
    ///
    /// # Errors
    /// As [`Entry::new`].
    pub fn logged(mut self, log: &Recorder) -> AppResult<Self> {
        let (user_id, act_id) = (self.owner.user_id, self.owner.act_id);
        let entry = Entry::new(Deed::Operate, &LOGGED, user_id, &(), &())?;
        let entry = entry.act(act_id).title(self.title.as_str());
        self.log = log.pending(entry).map(Box::new);
        Ok(self)
    }

    /// What the operation log is told of a change that was made.
    pub(super) fn log_row(&self, receipt: &Receipt) -> AppResult<Option<LogRow>> {
        let Some(log) = &self.log else {
            return Ok(None);
        };
        let row = |value: i64| {
            json!({
                "asset_type": self.asset.asset_type,
                "asset_object_id": self.asset.object_id,
                "value": value,
            })
        };
        log.row(row(receipt.before), row(receipt.value))
    }

    pub(super) fn info_text(&self) -> Option<String> {
        (!self.info.is_null()).then(|| self.info.to_string())
    }

    fn check(&self) -> AppResult<()> {
        self.owner.check()?;
        asset_type::check(&self.asset)?;
        if self.delta == 0 || self.delta.unsigned_abs() > VALUE_MAX.unsigned_abs() {
            return Err(AppError::param((
                format!("delta: must not be 0, and at most {VALUE_MAX} either way"),
                format!("delta：不能为 0，绝对值不超过 {VALUE_MAX}"),
            )));
        }
        if !self.only_id.as_deref().is_none_or(is_key) {
            return Err(AppError::param((
                format!(
                    "only_id: must have 1 to {KEY_MAX_CHARS} characters, none a control character"
                ),
                format!("only_id：须为 1 到 {KEY_MAX_CHARS} 个字符，不含控制字符"),
            )));
        }
        let texts = [
            ("title", self.title.as_str(), 200),
            ("source object id", &self.source.object_id, 64),
            ("source object name", &self.source.object_name, 100),
            ("open id", self.open_id.as_deref().unwrap_or_default(), 128),
            (
                "nickname",
                self.user_nick.as_deref().unwrap_or_default(),
                100,
            ),
            ("handler name", &self.handler_name, 100),
            ("request code", &self.request_code, 64),
        ];
        for (name, text, most) in texts {
            // PostgreSQL takes no NUL.
            if text.chars().count() > most || text.contains('\0') {
                return Err(AppError::param((
                    format!("{name}: must have at most {most} characters, none of them NUL"),
                    format!("{name}：最多 {most} 个字符，不含 NUL"),
                )));
            }
        }
        let info = self.info_text().unwrap_or_default();
        if info.len() > INFO_MAX_BYTES {
            return Err(AppError::param((
                format!("info: must have at most {INFO_MAX_BYTES} bytes as JSON"),
                format!("info：JSON 不能超过 {INFO_MAX_BYTES} 字节"),
            )));
        }
        Ok(())
    }

    /// Everything that the caller chose. Who asks, and in which request, does not count: a replay
    /// comes from another request.
    fn digest(&self, hash: &mut Sha256) {
        let mut put = |text: &str| put(hash, text);
        put(&self.owner.app_id);
        put(&self.owner.act_id.to_string());
        put(&self.owner.user_id.to_string());
        put(&self.asset.asset_type.to_string());
        put(&self.asset.object_id);
        put(&self.delta.to_string());
        put(&self.module_id.to_string());
        put(&self.source.source_type.to_string());
        put(&self.source.object_id);
        put(&self.source.object_name);
        put(&self.title);
        put(self.info_text().as_deref().unwrap_or_default());
    }
}

/// Digest of what makes a row of the journal unique: whose key, the key, and which change of its
/// operation. Half of SHA-256, in hexadecimal.
pub(super) fn only_key(owner: &Owner, only_id: &str, only_index: i32) -> String {
    let mut hash = Sha256::new();
    let (act_id, user_id) = (owner.act_id.to_string(), owner.user_id.to_string());
    let index = only_index.to_string();
    for text in [&owner.app_id, &act_id, &user_id, only_id, &index] {
        put(&mut hash, text);
    }
    half(hash)
}

/// With its length, so that nothing can move from one text to the next.
fn put(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

/// Nobody can choose texts of the same 128 bits.
fn half(hash: Sha256) -> String {
    let whole = hash.finalize();
    random::to_hex(&whole[..16])
}

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Id of its row in the journal.
    pub log_id: Id,
    /// The idempotency key.
    pub only_id: String,
    /// The balance before.
    pub before: i64,
    /// The balance after.
    pub value: i64,
    /// Number of the row in the owner's journal.
    pub seq: i64,
    /// Whether it was done by an earlier call with the same key; the figures are those of then.
    pub replayed: bool,
}

/// Changes that happen together or not at all, under one key.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) only_id: String,
    /// Whether the key was made here: nobody can have used it before.
    pub(super) is_own_key: bool,
    pub(super) changes: Vec<Change>,
    /// Of each change, what is unique in the journal.
    pub(super) only_keys: Vec<String>,
    /// Digest of what the caller asked for.
    pub(super) fingerprint: String,
}

impl Operation {
    /// Checks the changes and gives them a key.
    pub(super) fn new(changes: Vec<Change>) -> AppResult<Self> {
        if changes.is_empty() || changes.len() > CHANGES_MAX {
            return Err(AppError::param((
                format!("changes: there must be 1 to {CHANGES_MAX} of them"),
                format!("changes：须有 1 到 {CHANGES_MAX} 项"),
            )));
        }
        let mut hash = Sha256::new();
        for change in &changes {
            change.digest(&mut hash);
        }
        let tenants = changes.iter().map(|change| &change.owner.app_id);
        if tenants
            .clone()
            .any(|app_id| Some(app_id) != tenants.clone().next())
        {
            return Err(AppError::param((
                "changes: all must be of one tenant",
                "changes：必须属于同一租户",
            )));
        }
        let given = changes.first().and_then(|change| change.only_id.clone());
        let is_own_key = given.is_none();
        let only_id = match given {
            Some(key) => key,
            None => random::hex::<16>()?,
        };
        // The key is the first owner's: another one's of the same text has nothing to do with it.
        let only_keys = changes.iter().zip(0..);
        let only_keys = only_keys.map(|(_, index)| only_key(&changes[0].owner, &only_id, index));
        let operation = Self {
            only_keys: only_keys.collect(),
            only_id,
            is_own_key,
            changes,
            fingerprint: half(hash),
        };
        operation.check()?;
        Ok(operation)
    }

    /// Whether every change can be written down.
    pub(super) fn check(&self) -> AppResult<()> {
        self.changes.iter().try_for_each(Change::check)
    }

    /// Whose key it is.
    pub(super) fn first_owner(&self) -> &Owner {
        // There is at least one change.
        &self.changes[0].owner
    }
}
