//! The framework's own schedules. Each can be set in `[schedule."<name>"]` like any other.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::{Schedule, ScheduledJob, Tick};
use crate::config::Missed;
use crate::error::AppResult;
use crate::job::{Alarm, AlarmKind, JobContext, Registered};

/// An inventory walks through all that a day changed.
const INVENTORY_LIMIT: Duration = Duration::from_secs(6 * 3_600);
/// Notices that are passed on at a time.
const NOTICES_MAX: u64 = 200;
/// Notices that a message quotes.
const NOTICES_QUOTED: usize = 5;

/// Those of the ledger, if the app has that.
pub(crate) fn builtin(has_ledger: bool) -> Registered {
    let mut all = Registered::default();
    if has_ledger {
        all.schedule(TakeInventory);
        all.schedule(Expire);
        all.schedule(PassWarningsOn);
    }
    all
}

/// The inventory of the day before.
struct TakeInventory;

#[async_trait]
impl ScheduledJob for TakeInventory {
    const NAME: &'static str = "asset.inventory";

    fn schedule() -> Schedule {
        Schedule::cron("0 10 0 * * *")
            .missed(Missed::All)
            .attempts(10)
            .time_limit(INVENTORY_LIMIT)
    }

    async fn run(&self, ctx: &JobContext, tick: Tick) -> AppResult<()> {
        let ledger = ctx.ledger();
        // Of the tick, not of the present: a run may come late.
        let day = ledger.day_before(tick.at)?;
        let report = ledger.take_inventory(day, |_| {}).await?;
        tracing::info!(
            day,
            accounts = report.accounts,
            rows = report.rows,
            warnings = report.warnings,
            "the inventory was taken"
        );
        Ok(())
    }
}

/// What has expired goes, of players who do not come by.
struct Expire;

#[async_trait]
impl ScheduledJob for Expire {
    const NAME: &'static str = "asset.expire";

    fn schedule() -> Schedule {
        Schedule::cron("0 */5 * * * *")
    }

    async fn run(&self, ctx: &JobContext, _: Tick) -> AppResult<()> {
        let report = ctx.ledger().expire_due(None).await?;
        if report.balances + report.failed > 0 {
            tracing::info!(
                balances = report.balances,
                amount = report.amount,
                failed = report.failed,
                "what has expired was taken away"
            );
        }
        Ok(())
    }
}

/// What the ledger found that does not add up becomes an alarm, once.
struct PassWarningsOn;

#[async_trait]
impl ScheduledJob for PassWarningsOn {
    const NAME: &'static str = "asset.warnings";

    fn schedule() -> Schedule {
        Schedule::cron("30 * * * * *")
    }

    async fn run(&self, ctx: &JobContext, _: Tick) -> AppResult<()> {
        let ledger = ctx.ledger();
        let mut by_tenant: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for warning in ledger.warnings_to_tell(NOTICES_MAX).await? {
            let of_tenant = by_tenant.entry(warning.app_id.clone()).or_default();
            of_tenant.push(warning);
        }
        for (app_id, warnings) in by_tenant {
            let quoted = warnings.iter().take(NOTICES_QUOTED);
            let quoted: Vec<String> = quoted
                .map(|one| format!("{}: {}", one.log_title, one.info_desc))
                .collect();
            let text = format!("{} warnings:\n{}", warnings.len(), quoted.join("\n"));
            let alarm = Alarm {
                kind: AlarmKind::AssetWarning,
                subject: app_id,
                text,
                at: ctx.now(),
            };
            // What is throttled is told later.
            if ctx.alarms().raise(ctx, alarm).await {
                let ids = warnings.iter().map(|one| one.id).collect();
                ledger.warnings_were_told(ids).await?;
            }
        }
        Ok(())
    }
}
