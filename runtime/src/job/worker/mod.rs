//! [`Worker`]: runs jobs until it is told to stop.
//!
//! - [`pump`]: one task that owns what is running. In one transaction it writes down what has ended
//!   and takes as much anew: what ends while a transaction runs goes into the next one.
//! - [`run`]: one run of one job, a task each.
//! - [`desk`]: the worker's row, its sign of life.
//! - [`keeper`]: makes due jobs ready, takes jobs from dead workers, removes what is over.
//!
//! A place is free again only when the end of its run is committed: of a worker that is killed, no
//! more jobs run again than it has places.

mod desk;
mod keeper;
mod pump;
mod run;

use std::collections::BTreeMap;
use std::future::Future;

use tokio::task::JoinSet;

use self::desk::Desk;
use self::pump::Pump;
use crate::app::Context;
use crate::error::AppResult;

/// Runs the jobs of some queues.
#[derive(Clone, Debug)]
pub struct Worker {
    ctx: Context,
    queues: BTreeMap<String, u32>,
}

impl Worker {
    /// A worker for all queues: those of `[job.queues]`, and those that the app's jobs wait in.
    #[must_use]
    pub fn new(ctx: &Context) -> Self {
        let config = &ctx.config().job;
        let mut queues = config.queues.clone();
        for kind in ctx.job_engine().kinds().values() {
            let concurrency = config.concurrency(kind.queue());
            queues.entry(kind.queue().to_owned()).or_insert(concurrency);
        }
        Self {
            ctx: ctx.clone(),
            queues,
        }
    }

    /// The same for these queues only, with how many jobs of each it runs at once.
    #[must_use]
    pub fn queues(mut self, queues: BTreeMap<String, u32>) -> Self {
        self.queues = queues;
        self
    }

    /// How many jobs of each queue it runs at once.
    #[must_use]
    pub fn concurrency(&self) -> &BTreeMap<String, u32> {
        &self.queues
    }

    /// Runs jobs until `stop` is ready. Then it takes no more; running jobs get a signal and
    /// `job.grace_s` to end, after which they are dropped and given back.
    ///
    /// # Errors
    /// The database cannot be had at the start; later, it is waited for.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> AppResult<()> {
        let desk = Desk::open(&self.ctx, &self.queues).await?;
        // They end with this, whoever drops it.
        let (mut beating, mut keeping) = (JoinSet::new(), JoinSet::new());
        beating.spawn(desk::beat(self.ctx.clone(), desk.clone()));
        keeping.spawn(keeper::keep(self.ctx.clone(), self.queues.clone()));
        tracing::info!(worker = %desk.id(), queues = ?self.queues, "worker started");
        let mut pump = Pump::new(self.ctx.clone(), desk.clone(), &self.queues);
        pump.run(stop).await;
        // Signs of life go on until nothing is left to be taken for dead.
        keeping.shutdown().await;
        pump.drain().await;
        beating.shutdown().await;
        desk.close(&self.ctx).await;
        tracing::info!(worker = %desk.id(), "worker stopped");
        Ok(())
    }

    /// Runs jobs until none is ready and none is running; how many runs there were. For tests, and
    /// for commands that do what is due and end.
    ///
    /// # Errors
    /// The database's.
    pub async fn run_until_idle(self) -> AppResult<u64> {
        let desk = Desk::open(&self.ctx, &self.queues).await?;
        let mut beating = JoinSet::new();
        beating.spawn(desk::beat(self.ctx.clone(), desk.clone()));
        let mut pump = Pump::new(self.ctx.clone(), desk.clone(), &self.queues);
        let ran = pump.run_until_idle().await;
        beating.shutdown().await;
        desk.close(&self.ctx).await;
        ran
    }
}
