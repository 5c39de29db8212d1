//! A tenant's metrics, read beforehand: for code whose transactions tell statistics by the way.

use sea_orm::ConnectionTrait;

use super::definition::Definitions;
use super::door::{self, Reporter};
use super::event::StatEvent;
use super::inbox;
use super::service::Stats;
use crate::app::Context;
use crate::error::{AppError, AppResult, ErrorCode};

/// The metrics of a tenant, at hand: a transaction that reports by them reads nothing beside
/// itself. Made by [`Stats::of_tenant`]; for one request, since definitions change.
pub struct TenantStats<'a> {
    ctx: &'a Context,
    app_id: String,
    definitions: Definitions<'a>,
}

impl std::fmt::Debug for TenantStats<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantStats")
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

impl<'a> Stats<'a> {
    /// Reads the metrics of a tenant, from the cache as a rule. `None`: the app has no statistics.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_tenant(&self, app_id: &str) -> AppResult<Option<TenantStats<'a>>> {
        let Some(engine) = self.ctx.stat_engine() else {
            return Ok(None);
        };
        let definitions = Definitions::load(self.ctx, engine.metrics(), app_id).await?;
        Ok(Some(TenantStats {
            ctx: self.ctx,
            app_id: app_id.to_owned(),
            definitions,
        }))
    }
}

impl TenantStats<'_> {
    /// Reports events in a transaction that is open, on whatever database that is. They count when
    /// it is committed.
    ///
    /// What fits no metric is left out and logged: what an operator makes of his metrics must not
    /// stop what they tell of.
    ///
    /// # Errors
    /// The database's. `busy`: no ids are at hand. The transaction must then be rolled back.
    pub async fn report_in(
        &self,
        txn: &impl ConnectionTrait,
        events: Vec<StatEvent>,
    ) -> AppResult<()> {
        let now = self.ctx.now();
        let mut numbered = Vec::with_capacity(events.len());
        for event in events {
            let metric = event.metric.clone();
            let is_own = event.app_id == self.app_id;
            let passed = match is_own {
                true => door::texts(&event)
                    .and_then(|()| door::pass(&self.definitions, event, now, Reporter::Code)),
                false => Err(AppError::param("app_id: is another tenant's")),
            };
            let passed = match passed {
                Ok(passed) => passed,
                Err(error) => {
                    tracing::debug!(metric, error = %error.detail(), "an event is left out");
                    continue;
                }
            };
            // There is no waiting for the lease of ids: on SQLite it would wait for this
            // transaction.
            let none = || AppError::new(ErrorCode::BUSY).with_source("no id at hand");
            let id = self.ctx.try_next_id().ok_or_else(none)?;
            numbered.push(door::numbered(passed, id));
        }
        if numbered.is_empty() {
            return Ok(());
        }
        Ok(inbox::write(txn, &numbered).await?)
    }
}
