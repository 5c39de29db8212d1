//! What an owner's rows must be like. Pure: no database.

use std::collections::BTreeMap;

use super::finding::{Finding, FindingKind};
use crate::asset::chain::Chain;
use crate::asset::entity::{journal, owner};
use crate::asset::owner::{Asset, Owner};
use crate::asset::rules::Rules;

/// Most findings that are kept of one owner; further ones are counted.
const KEPT_MAX: usize = 1_000;

/// `operate_type` of the journal.
const GAIN: i32 = 0;
const SPENDING: i32 = 1;

/// What an owner has beside the journal.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    pub(super) head: Option<owner::Model>,
    pub(super) balances: BTreeMap<Asset, i64>,
    /// Sums of what is left of the lots.
    pub(super) lots: BTreeMap<Asset, i64>,
}

/// What was found about an owner.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) findings: Vec<Finding>,
    pub(super) total: u64,
}

impl Verdict {
    pub(super) fn is_clean(&self) -> bool {
        self.total == 0
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.total += 1;
        if self.findings.len() < KEPT_MAX {
            self.findings.push(finding);
        }
    }
}

/// Looks at the rows of an owner's journal, in their order, and then at what they add up to.
pub(super) struct Judge<'a> {
    chain: &'a Chain,
    rules: &'a Rules,
    owner: Owner,
    /// Number, hash and key of the last row.
    seq: i64,
    hash: String,
    key_id: String,
    /// What each asset's last row says.
    values: BTreeMap<Asset, i64>,
    verdict: Verdict,
}

impl<'a> Judge<'a> {
    pub(super) fn new(chain: &'a Chain, rules: &'a Rules, owner: Owner) -> Self {
        Self {
            chain,
            rules,
            owner,
            seq: 0,
            hash: String::new(),
            key_id: String::new(),
            values: BTreeMap::new(),
            verdict: Verdict::default(),
        }
    }

    pub(super) fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The next row.
    pub(super) fn row(&mut self, row: &journal::Model) {
        let next = self.seq + 1;
        if row.seq > next {
            self.find(FindingKind::SeqGap, row, next, row.seq);
        } else {
            if row.seq < next {
                self.find(FindingKind::SeqDuplicate, row, next, row.seq);
            }
            // After a gap the row before is not there to verify with.
            self.link(row);
        }
        self.figures(row);
        self.seq = row.seq.max(self.seq);
        self.hash.clone_from(&row.chain);
        self.key_id.clone_from(&row.key_id);
    }

    fn link(&mut self, row: &journal::Model) {
        // The hash before is the one that is stored: otherwise every later row would be wrong too.
        match self.chain.link(&self.hash, row) {
            Some(hash) if hash == row.chain => {}
            Some(_) => {
                // Not the right hash itself: who altered the row could write it down.
                let right = "the hash of this row".to_owned();
                self.run(FindingKind::Chain, row, right, row.chain.clone());
            }
            None => {
                let known = "the current key, or a retired one".to_owned();
                self.run(FindingKind::UnknownKey, row, known, row.key_id.clone());
            }
        }
    }

    fn figures(&mut self, row: &journal::Model) {
        let asset = Asset::new(row.asset_type, &row.asset_object_id);
        let before = self.values.get(&asset).copied().unwrap_or(0);
        if row.history_value != before {
            self.find(FindingKind::BeforeAfter, row, before, row.history_value);
        }
        let after = row.history_value.checked_add(row.operate_value);
        if after != Some(row.now_value) {
            let after = after.map_or_else(|| "no overflow".to_owned(), |sum| sum.to_string());
            self.find(FindingKind::Sum, row, after, row.now_value);
        }
        if row.now_value < 0 {
            self.find(FindingKind::Negative, row, "0 or more", row.now_value);
        }
        let operate_type = if row.operate_value < 0 {
            SPENDING
        } else {
            GAIN
        };
        if row.operate_type != operate_type || row.operate_value == 0 {
            let found = format!("{} for a change of {}", row.operate_type, row.operate_value);
            self.find(FindingKind::OperateType, row, operate_type, found);
        }
        self.values.insert(asset, row.now_value);
    }

    fn find(
        &mut self,
        kind: FindingKind,
        row: &journal::Model,
        expected: impl ToString,
        found: impl ToString,
    ) {
        let asset = Asset::new(row.asset_type, &row.asset_object_id);
        let mut finding = Finding::new(kind, &self.owner, expected, found).of(&asset);
        finding.seq = Some(row.seq);
        finding.log_id = Some(row.id);
        self.verdict.add(finding);
    }

    /// As `find`, but rows that follow each other with the same fault are one finding.
    fn run(&mut self, kind: FindingKind, row: &journal::Model, expected: String, found: String) {
        let before = self.seq;
        let mut earlier = self.verdict.findings.iter_mut().rev();
        if let Some(last) = earlier.find(|finding| finding.kind == kind)
            && last.to_seq.or(last.seq) == Some(before)
            && before > 0
        {
            last.to_seq = Some(row.seq);
            return;
        }
        self.find(kind, row, expected, found);
    }

    /// After the last row.
    pub(super) fn end(mut self, holdings: &Holdings) -> Verdict {
        self.head(holdings.head.as_ref());
        let owner = self.owner;
        let verdict = &mut self.verdict;
        for (asset, value) in &holdings.balances {
            let last = self.values.get(asset);
            if *value < 0 {
                let finding = Finding::new(FindingKind::Negative, &owner, "0 or more", value);
                verdict.add(finding.of(asset));
            }
            let kind = match last {
                Some(last) if last != value => FindingKind::Balance,
                None if *value != 0 => FindingKind::OrphanBalance,
                _ => continue,
            };
            let finding = Finding::new(kind, &owner, last.copied().unwrap_or(0), value);
            verdict.add(finding.of(asset));
        }
        for (asset, value) in &self.values {
            if !holdings.balances.contains_key(asset) {
                let finding =
                    Finding::new(FindingKind::MissingBalance, &owner, value, "no balance");
                verdict.add(finding.of(asset));
            }
        }
        for (asset, lots) in &holdings.lots {
            let balance = holdings.balances.get(asset).copied().unwrap_or(0);
            // Of kinds that do not expire any more, lots are left as they were.
            if self.rules.expires(asset.asset_type) && *lots > balance {
                let most = format!("at most {balance}");
                verdict.add(Finding::new(FindingKind::Lots, &owner, most, lots).of(asset));
            }
        }
        self.verdict
    }

    fn head(&mut self, head: Option<&owner::Model>) {
        let text = |seq: i64, chain: &str, key_id: &str| match seq {
            0 => "no journal".to_owned(),
            _ => format!("row {seq}, hash {chain}, key {key_id}"),
        };
        let expected = text(self.seq, &self.hash, &self.key_id);
        let found = match head {
            None if self.seq == 0 => return,
            None => "no head".to_owned(),
            Some(head) => text(head.seq, &head.chain, &head.key_id),
        };
        if expected != found {
            let finding = Finding::new(FindingKind::Head, &self.owner, expected, found);
            self.verdict.add(finding);
        }
    }
}
