//! What a transaction of tasks needs and must not wait for in it.

use std::ops::Deref;

use sea_orm::ConnectionTrait;

use super::engine::Engine;
use super::event::Statistic;
use crate::app::Context;
use crate::error::AppResult;
use crate::stat::{StatEvent, TenantStats};

/// The engine, with the tenant's metrics if the app has statistics.
#[derive(Debug)]
pub(super) struct Ready<'a> {
    engine: &'a Engine,
    stats: Option<TenantStats<'a>>,
}

impl Deref for Ready<'_> {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        self.engine
    }
}

impl<'a> Ready<'a> {
    /// Reads what is needed.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn of(ctx: &'a Context, engine: &'a Engine, app_id: &str) -> AppResult<Self> {
        let stats = ctx.stats().of_tenant(app_id).await?;
        Ok(Self { engine, stats })
    }

    /// Tells statistics, in the transaction of what they tell of.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn count(
        &self,
        conn: &impl ConnectionTrait,
        of: impl Fn(&str) -> StatEvent,
        statistics: Vec<Statistic>,
    ) -> AppResult<()> {
        let Some(stats) = &self.stats else {
            return Ok(());
        };
        let events = statistics.into_iter();
        let events = events.map(|one| of(&one.key).value(one.value));
        stats.report_in(conn, events.collect()).await
    }
}
