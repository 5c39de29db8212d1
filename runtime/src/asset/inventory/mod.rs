//! The inventory of a day: what it made of every balance, from the journal.
//!
//! The journal is walked in the order of owner and number, in pages, and the time in the ids tells
//! the database which rows can be of the day. A scan by id alone would read less, but in no order
//! in which one account is complete before the next begins: somebody would have to hold the whole
//! day. Rows are written as an upsert, so that a run that was stopped half-way, or comes again,
//! leaves what a single run would.

mod chunk;
mod day;
mod doubt;
mod read;
mod tally;
mod warning;

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde::Serialize;

use self::day::Day;
pub use self::read::InventoryFilter;
use self::tally::Tally;
use self::warning::{Fault, Warning};
use super::attempt::GROUP;
use super::engine::Engine;
use super::entity::{inventory, journal};
use super::ledger::Ledger;
use super::owner::{Account, Asset, Owner};
use super::walk::Walk;
use crate::app::Context;
use crate::db;
use crate::error::AppResult;
use crate::types::{DateTime, Id, Utc};

/// Balances that are written in one transaction.
const CHUNK: usize = 100;

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InventoryProgress {
    /// Balances that changed on that day.
    pub accounts: u64,
    /// Rows of the journal that changed them.
    pub rows: u64,
}

/// What an inventory came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InventoryReport {
    /// The day, as `20260131`.
    pub day: i32,
    /// Balances that changed on that day.
    pub accounts: u64,
    /// Rows of the journal that changed them.
    pub rows: u64,
    /// What does not add up. The notices of the tenants say what it is.
    pub warnings: u64,
    /// Rows of an earlier run that were taken away, because the journal has nothing of them any
    /// more. Each is a warning too.
    pub removed: u64,
}

impl Ledger<'_> {
    /// The day before today in the tenant's time zone, as `20260131`.
    ///
    /// # Errors
    /// No module of the app has the ledger.
    pub fn yesterday(&self) -> AppResult<i32> {
        self.day_before(self.ctx.now())
    }

    /// The day before that of an instant.
    pub(crate) fn day_before(&self, at: DateTime<Utc>) -> AppResult<i32> {
        let before = at - chrono::Duration::days(1);
        Ok(self.engine()?.rules().day(before))
    }

    /// Takes the inventory of a day of the tenant's time zone, such as `20260131`: opening, gains,
    /// spendings and closing of every balance that changed. May be done again at any time; what
    /// does not add up becomes a notice, once.
    ///
    /// # Errors
    /// `param_error`: there is no such day, or it has not begun. The database's.
    pub async fn take_inventory(
        &self,
        day: i32,
        progress: impl Fn(&InventoryProgress),
    ) -> AppResult<InventoryReport> {
        let engine = self.engine()?;
        let rules = engine.rules();
        let day = Day::new(day, rules.day(self.ctx.now()), rules.offset())?;
        let mut run = Run::new(self.ctx, engine, day);
        let mut journal = Walk::new(self.ctx, day.rows());
        let mut ready = Vec::new();
        while let Some(user) = journal.next_user().await? {
            let tallies = whole(&mut journal, user).await?;
            run.report.accounts += tallies.len() as u64;
            let rows = tallies.values().map(|tally| tally.count.unsigned_abs());
            run.report.rows += rows.sum::<u64>();
            for tally in tallies.into_values() {
                ready.push(tally);
                if ready.len() == CHUNK {
                    run.write(std::mem::take(&mut ready)).await?;
                }
            }
            progress(&InventoryProgress {
                accounts: run.report.accounts,
                rows: run.report.rows,
            });
        }
        run.write(ready).await?;
        run.clear().await?;
        Ok(run.report)
    }
}

/// What the day made of a user's balances; begun again for as long as his rows are moved meanwhile.
async fn whole(
    journal: &mut Walk<journal::Entity>,
    user: Id,
) -> AppResult<BTreeMap<Account, Tally>> {
    loop {
        let mut tallies: BTreeMap<Account, Tally> = BTreeMap::new();
        while let Some(row) = journal.next_of(user).await? {
            let account = Account {
                owner: Owner::user(&row.app_id, row.act_id, row.user_id),
                asset: Asset::new(row.asset_type, &row.asset_object_id),
            };
            tallies
                .entry(account.clone())
                .or_insert_with(|| Tally::new(account, &row))
                .add(&row);
        }
        if !journal.is_torn() {
            journal.finish(user);
            return Ok(tallies);
        }
        journal.rewind();
        journal.next_user().await?;
    }
}

/// One run.
struct Run<'a> {
    ctx: &'a Context,
    engine: &'a Engine,
    day: Day,
    report: InventoryReport,
}

impl<'a> Run<'a> {
    fn new(ctx: &'a Context, engine: &'a Engine, day: Day) -> Self {
        let report = InventoryReport {
            day: day.number,
            ..InventoryReport::default()
        };
        Self {
            ctx,
            engine,
            day,
            report,
        }
    }

    async fn write(&mut self, tallies: Vec<Tally>) -> AppResult<()> {
        let Some(first) = tallies.first() else {
            return Ok(());
        };
        let key = first.account.owner.shard_key();
        let (day, now) = (self.day.number, self.ctx.now());
        let mut rows = Vec::with_capacity(tallies.len());
        for tally in tallies {
            // In the transaction there must be no waiting for ids.
            let id = self.ctx.next_id().await?;
            rows.push((tally.row(id, day, now), tally));
        }
        let conn = self.ctx.shard_of(GROUP, &key);
        let around = db::transaction(&conn, |txn| {
            let rows = &rows;
            Box::pin(async move { chunk::write(txn, day, rows).await })
        })
        .await?;
        let mut warnings = Vec::new();
        for (_, tally) in &rows {
            if let Some(around) = around.get(&tally.account) {
                warnings.extend(doubt::warnings(self.ctx, day, tally, around).await?);
            }
        }
        self.warn(&warnings).await
    }

    async fn warn(&mut self, warnings: &[Warning]) -> AppResult<()> {
        self.report.warnings += warnings.len() as u64;
        warning::write(self.ctx, self.engine, self.day.number, warnings).await
    }

    /// Takes away what an earlier run wrote and this one did not find. Every balance that it found
    /// has its row: only when there are more rows than that, some are left over.
    async fn clear(&mut self) -> AppResult<()> {
        let of_day = inventory::Column::CreateDay.eq(self.day.number);
        let rows = inventory::Entity::find().filter(of_day);
        let count = self.ctx.scatter_of(GROUP).count(rows.clone()).await?;
        if count <= self.report.accounts {
            return Ok(());
        }
        let mut walk = Walk::new(self.ctx, rows);
        while let Some(user) = walk.next_user().await? {
            // Rows that are moved meanwhile come up again in the next run.
            while let Some(row) = walk.next_of(user).await? {
                self.check(&row).await?;
            }
            if walk.is_torn() {
                walk.rewind();
            } else {
                walk.finish(user);
            }
        }
        Ok(())
    }

    async fn check(&mut self, row: &inventory::Model) -> AppResult<()> {
        let account = chunk::account_of(row);
        let conn = self.ctx.shard_of(GROUP, &account.owner.shard_key());
        let source = doubt::rows_of(&account)
            .filter(journal::Column::CreateDay.eq(row.create_day))
            .limit(1);
        if source.one(&conn).await?.is_some() {
            return Ok(());
        }
        let text = format!(
            "{} to {} in {} changes",
            row.history_value, row.now_value, row.process_count
        );
        let warning = Warning {
            account,
            fault: Fault::Gone,
            expected: text,
            found: "no changes".to_owned(),
        };
        // The notice first: who is stopped between says it again rather than never.
        self.warn(&[warning]).await?;
        chunk::remove(&conn, row).await?;
        self.report.removed += 1;
        Ok(())
    }
}
