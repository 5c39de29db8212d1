//! Verifies the whole ledger: numbers, hashes and figures of every journal, and every balance
//! against its journal.
//!
//! A quick pass walks through heads, balances, lots and journal together, user by user, in pages
//! and without any lock. Since the app writes meanwhile, its four readings of an owner need not be
//! of the same moment; so an owner who looks wrong is read again, in one transaction with one
//! snapshot, and only what is wrong there counts.

mod finding;
mod judge;
mod precise;

use std::collections::BTreeMap;

use sea_orm::EntityTrait as _;
use serde::Serialize;

pub use self::finding::{Finding, FindingKind};
use self::judge::{Holdings, Judge, Verdict};
use super::engine::Engine;
use super::entity::{balance, journal, lot, owner};
use super::ledger::Ledger;
use super::owner::{Asset, Owner};
use super::walk::Walk;
use crate::app::Context;
use crate::error::AppResult;
use crate::types::Id;

/// How the ledger is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Most findings in the report; all are counted.
    pub findings_max: usize,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { findings_max: 100 }
    }
}

/// How far it is, and at the end how much it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerifyProgress {
    /// Journals.
    pub owners: u64,
    /// Rows of journals.
    pub rows: u64,
    /// Balances.
    pub balances: u64,
    /// Journals that were read twice, because they looked wrong.
    pub doubted: u64,
    /// Findings.
    pub findings: u64,
}

/// What was verified and found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Journals.
    pub owners: u64,
    /// Rows of journals.
    pub rows: u64,
    /// Balances.
    pub balances: u64,
    /// Journals that were read twice, because they looked wrong.
    pub doubted: u64,
    /// How many findings there are.
    pub total: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.total == 0
    }

    fn add(&mut self, verdict: Verdict, options: &VerifyOptions) {
        self.total += verdict.total;
        let room = options.findings_max.saturating_sub(self.findings.len());
        self.findings
            .extend(verdict.findings.into_iter().take(room));
    }
}

impl Ledger<'_> {
    /// Recomputes every journal's numbers, hashes and figures, and compares every balance with its
    /// journal. The app may go on writing. Tells now and then how far it is.
    ///
    /// Holds a few thousand rows in memory, and what one user has.
    ///
    /// # Errors
    /// The database's. What is wrong with the ledger is no error, but in the report.
    pub async fn verify(
        &self,
        options: &VerifyOptions,
        progress: impl Fn(&VerifyProgress),
    ) -> AppResult<VerifyReport> {
        let mut pass = Pass::new(self.ctx, self.engine()?);
        let mut report = VerifyReport::default();
        while let Some(user) = pass.next_user().await? {
            let seen = pass.whole(user).await?;
            report.owners += seen.owners;
            report.rows += seen.rows;
            report.balances += seen.balances;
            for owner in &seen.suspects {
                report.doubted += 1;
                let verdict = precise::judge(self.ctx, pass.engine, owner).await?;
                report.add(verdict, options);
            }
            progress(&VerifyProgress {
                owners: report.owners,
                rows: report.rows,
                balances: report.balances,
                doubted: report.doubted,
                findings: report.total,
            });
        }
        report.add(pass.strays(), options);
        Ok(report)
    }
}

/// The quick pass.
struct Pass<'a> {
    engine: &'a Engine,
    heads: Walk<owner::Entity>,
    balances: Walk<balance::Entity>,
    lots: Walk<lot::Entity>,
    journal: Walk<journal::Entity>,
}

/// What was seen of one user.
#[derive(Default)]
struct Seen {
    owners: u64,
    rows: u64,
    balances: u64,
    suspects: Vec<Owner>,
}

impl<'a> Pass<'a> {
    fn new(ctx: &Context, engine: &'a Engine) -> Self {
        Self {
            engine,
            heads: Walk::new(ctx, owner::Entity::find()),
            balances: Walk::new(ctx, balance::Entity::find()),
            lots: Walk::new(ctx, lot::Entity::find()),
            journal: Walk::new(ctx, journal::Entity::find()),
        }
    }

    async fn next_user(&mut self) -> AppResult<Option<Id>> {
        let next = [
            self.heads.next_user().await?,
            self.balances.next_user().await?,
            self.lots.next_user().await?,
            self.journal.next_user().await?,
        ];
        Ok(next.into_iter().flatten().min())
    }

    /// A user, begun again for as long as his rows are moved while he is read.
    async fn whole(&mut self, user: Id) -> AppResult<Seen> {
        loop {
            let seen = self.user(user).await?;
            let is_torn = self.heads.is_torn()
                || self.balances.is_torn()
                || self.lots.is_torn()
                || self.journal.is_torn();
            if !is_torn {
                self.heads.finish(user);
                self.balances.finish(user);
                self.lots.finish(user);
                self.journal.finish(user);
                return Ok(seen);
            }
            self.heads.rewind();
            self.balances.rewind();
            self.lots.rewind();
            self.journal.rewind();
            self.next_user().await?;
        }
    }

    async fn user(&mut self, user: Id) -> AppResult<Seen> {
        let mut seen = Seen::default();
        let mut others = self.holdings(user, &mut seen).await?;
        let (chain, rules) = (self.engine.chain(), self.engine.rules());
        let mut judge: Option<Judge<'_>> = None;
        while let Some(row) = self.journal.next_of(user).await? {
            seen.rows += 1;
            let is_his = |judge: &Judge<'_>| {
                let owner = judge.owner();
                owner.act_id == row.act_id && owner.app_id == row.app_id
            };
            if !judge.as_ref().is_some_and(is_his) {
                let owner = Owner::user(row.app_id.clone(), row.act_id, user);
                let next = Judge::new(chain, rules, owner);
                if let Some(last) = judge.replace(next) {
                    seen.end(last, &mut others);
                }
            }
            if let Some(judge) = &mut judge {
                judge.row(&row);
            }
        }
        if let Some(last) = judge {
            seen.end(last, &mut others);
        }
        // Those who have no journal.
        while let Some((owner, _)) = others.first_key_value() {
            let judge = Judge::new(chain, rules, owner.clone());
            seen.end(judge, &mut others);
        }
        Ok(seen)
    }

    /// What a user has beside the journal, by owner.
    async fn holdings(
        &mut self,
        user: Id,
        seen: &mut Seen,
    ) -> AppResult<BTreeMap<Owner, Holdings>> {
        let mut all: BTreeMap<Owner, Holdings> = BTreeMap::new();
        while let Some(row) = self.heads.next_of(user).await? {
            let owner = Owner::user(row.app_id.clone(), row.act_id, user);
            all.entry(owner).or_default().head = Some(row);
        }
        while let Some(row) = self.balances.next_of(user).await? {
            seen.balances += 1;
            let owner = Owner::user(row.app_id, row.act_id, user);
            let asset = Asset::new(row.asset_type, row.asset_object_id);
            let holdings = all.entry(owner).or_default();
            holdings.balances.insert(asset, row.asset_value);
        }
        while let Some(row) = self.lots.next_of(user).await? {
            let owner = Owner::user(row.app_id, row.act_id, user);
            let asset = Asset::new(row.asset_type, row.asset_object_id);
            *all.entry(owner).or_default().lots.entry(asset).or_insert(0) += row.remaining;
        }
        Ok(all)
    }

    /// Rows where they do not belong.
    fn strays(&mut self) -> Verdict {
        let all = [
            ("asset_owner_tb", self.heads.take_strays()),
            ("user_asset_tb", self.balances.take_strays()),
            ("asset_lot_tb", self.lots.take_strays()),
            ("asset_log_tb", self.journal.take_strays()),
        ];
        let mut verdict = Verdict::default();
        for (table, strays) in all {
            for (owner, number) in strays {
                let found = format!("rows in table {number} of {table}");
                let kind = FindingKind::Stray;
                verdict.add(Finding::new(kind, &owner, "rows in one table", found));
            }
        }
        verdict
    }
}

impl Seen {
    /// After the last row of an owner.
    fn end(&mut self, judge: Judge<'_>, others: &mut BTreeMap<Owner, Holdings>) {
        self.owners += 1;
        let owner = judge.owner().clone();
        let holdings = others.remove(&owner).unwrap_or_default();
        if !judge.end(&holdings).is_clean() {
            self.suspects.push(owner);
        }
    }
}
