//! The leader looks now and then whether anything is in trouble, and tells.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::health::{dead_since, health};
use super::{Alarm, AlarmKind};
use crate::app::Context;
use crate::error::AppResult;

/// What was told already.
pub(crate) struct Watch {
    /// Since when dead letters are to be told of.
    from: DateTime<Utc>,
    /// As `from`, of types that were told of since.
    told: BTreeMap<String, DateTime<Utc>>,
}

impl Watch {
    /// From the begin of a term on; what came while nobody led belongs to it.
    pub(crate) fn new(ctx: &Context) -> Self {
        let alarm = &ctx.config().alarm;
        let lately = i64::try_from(alarm.check_s).unwrap_or(0) + 60;
        Self {
            from: ctx.now() - TimeDelta::seconds(lately),
            told: BTreeMap::new(),
        }
    }

    /// Looks once.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn look(&mut self, ctx: &Context) -> AppResult<()> {
        for problem in health(ctx).await?.problems {
            let alarm = Alarm {
                kind: problem.alarm,
                subject: problem.subject,
                text: problem.detail,
                at: ctx.now(),
            };
            ctx.alarms().raise(ctx, alarm).await;
        }
        let now = ctx.now();
        for letters in dead_since(ctx, self.from).await? {
            let since = self.told.get(&letters.name).copied();
            let count = match since {
                None => letters.count,
                // Those that were throttled are told of with the next ones.
                Some(since) => {
                    let newer = dead_since(ctx, since).await?.into_iter();
                    let mut of_name = newer.filter(|one| one.name == letters.name);
                    match of_name.next() {
                        Some(newer) => newer.count,
                        None => continue,
                    }
                }
            };
            let name = letters.name;
            let text = format!(
                "{count} jobs `{name}` failed for the last time: see /admin/jobs?state=dead"
            );
            let alarm = Alarm {
                kind: AlarmKind::DeadLetter,
                subject: name.clone(),
                text,
                at: now,
            };
            if ctx.alarms().raise(ctx, alarm).await {
                self.told.insert(name, now);
            }
        }
        Ok(())
    }
}
