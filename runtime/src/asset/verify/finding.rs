//! What can be wrong with a journal.

use std::fmt;

use serde::Serialize;

use crate::asset::owner::{Asset, Owner};
use crate::types::Id;

/// What kind of thing is wrong. The names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The hash of a row is not that of the row and the one before: one of them was changed, or put
    /// elsewhere, by somebody who has no key.
    Chain,
    /// A row is signed with a key that is neither the current one nor among the retired ones.
    UnknownKey,
    /// A number is missing: a row was deleted.
    SeqGap,
    /// A number is there twice.
    SeqDuplicate,
    /// The balance before a change is not that after the one before.
    BeforeAfter,
    /// The balance after a change is not that before, and the change.
    Sum,
    /// A gain is called a spending, or a change is 0.
    OperateType,
    /// A balance is below 0.
    Negative,
    /// The head of a journal is missing, or is not its last row.
    Head,
    /// A balance is not that of the journal.
    Balance,
    /// There is a balance without any row of the journal.
    OrphanBalance,
    /// The journal is about a balance that does not exist.
    MissingBalance,
    /// More is to expire than there is.
    Lots,
    /// There are rows in a physical table that is not the owner's.
    Stray,
}

impl FindingKind {
    /// The name, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::UnknownKey => "unknown_key",
            Self::SeqGap => "seq_gap",
            Self::SeqDuplicate => "seq_duplicate",
            Self::BeforeAfter => "before_after",
            Self::Sum => "sum",
            Self::OperateType => "operate_type",
            Self::Negative => "negative",
            Self::Head => "head",
            Self::Balance => "balance",
            Self::OrphanBalance => "orphan_balance",
            Self::MissingBalance => "missing_balance",
            Self::Lots => "lots",
            Self::Stray => "stray",
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The player; 0 for the merchant.
    pub user_id: Id,
    /// The kind of asset, if it is about one.
    pub asset_type: Option<i32>,
    /// Which of that kind.
    pub asset_object_id: Option<String>,
    /// Number of the row in the owner's journal, if it is about one.
    pub seq: Option<i64>,
    /// Number of the last row, when rows that follow each other have the same fault.
    pub to_seq: Option<i64>,
    /// Id of the row.
    pub log_id: Option<Id>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Finding {
    pub(super) fn new(
        kind: FindingKind,
        owner: &Owner,
        expected: impl ToString,
        found: impl ToString,
    ) -> Self {
        Self {
            kind,
            app_id: owner.app_id.clone(),
            act_id: owner.act_id,
            user_id: owner.user_id,
            asset_type: None,
            asset_object_id: None,
            seq: None,
            to_seq: None,
            log_id: None,
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }

    pub(super) fn of(mut self, asset: &Asset) -> Self {
        self.asset_type = Some(asset.asset_type);
        self.asset_object_id = Some(asset.object_id.clone());
        self
    }
}
