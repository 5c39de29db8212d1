//! Takes away what has expired, wherever it is.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, Order, QueryFilter as _};
use serde::Serialize;

use super::attempt::GROUP;
use super::entity::lot;
use super::ledger::Ledger;
use super::owner::{Account, Asset, Owner};
use crate::error::{AppResult, ErrorCode};

/// Lots that are read at a time.
const PAGE: u64 = 500;

/// What was taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// Balances that became less.
    pub balances: u64,
    /// By how much, over all kinds of assets.
    pub amount: i64,
    /// Balances that could not be changed; the log says why.
    pub failed: u64,
}

impl Ledger<'_> {
    /// Takes away what has expired by now, of at most `limit` balances. A balance that is changed
    /// loses it anyway; this is for those that nobody touches.
    ///
    /// One balance that fails does not keep the others: it is counted.
    ///
    /// # Errors
    /// The database's; `busy` when it cannot be had.
    pub async fn expire_due(&self, limit: Option<u64>) -> AppResult<SweepReport> {
        use lot::Column;
        let mut report = SweepReport::default();
        // Lots of a kind that does not expire any more are left as they are.
        let kinds = self.engine()?.rules().expiring_types();
        if kinds.is_empty() {
            return Ok(report);
        }
        let now = self.ctx.now();
        let due = lot::Entity::find()
            .filter(Column::AssetType.is_in(kinds))
            .filter(Column::ExpiresAt.lte(now));
        let order = [(Column::ExpiresAt, Order::Asc), (Column::Id, Order::Asc)];
        let all = self.ctx.scatter_of(GROUP);
        let mut left = limit.unwrap_or(u64::MAX);
        // By place, not from the start each time: what fails would come up again for ever.
        let mut after = Condition::all();
        while left > 0 {
            let rows = all.top(due.clone().filter(after), &order, 0, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Condition::all()
                .add(Column::ExpiresAt.gte(last.expires_at))
                .add(
                    Condition::any()
                        .add(Column::ExpiresAt.gt(last.expires_at))
                        .add(Column::Id.gt(last.id)),
                );
            let is_last = (rows.len() as u64) < PAGE;
            let accounts: BTreeSet<Account> = rows.into_iter().map(account).collect();
            for account in accounts {
                if left == 0 {
                    break;
                }
                left -= 1;
                self.sweep(&account, &mut report).await?;
            }
            if is_last {
                break;
            }
        }
        Ok(report)
    }

    async fn sweep(&self, account: &Account, report: &mut SweepReport) -> AppResult<()> {
        match self.expire(&account.owner, &account.asset).await {
            Ok(0) => {}
            Ok(amount) => {
                report.balances += 1;
                report.amount = report.amount.saturating_add(amount);
            }
            Err(error) if error.code() == ErrorCode::BUSY => return Err(error),
            Err(error) => {
                report.failed += 1;
                let owner = &account.owner;
                tracing::error!(
                    app_id = owner.app_id,
                    act_id = %owner.act_id,
                    user_id = %owner.user_id,
                    asset_type = account.asset.asset_type,
                    error = %error.detail(),
                    "what has expired was not taken away"
                );
            }
        }
        Ok(())
    }
}

fn account(row: lot::Model) -> Account {
    Account {
        owner: Owner::user(row.app_id, row.act_id, row.user_id),
        asset: Asset::new(row.asset_type, row.asset_object_id),
    }
}
