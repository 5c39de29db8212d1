//! The worker's row: who it is, and until when it is believed to live.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::app::Context;
use crate::error::{AppError, AppResult};
use crate::job::sql::Sql;
use crate::types::Id;

/// What the tasks of a worker share.
#[derive(Clone, Debug)]
pub(super) struct Desk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    id: AtomicI64,
    queues: String,
    running: AtomicI64,
    /// Whether others may have taken its jobs.
    is_lost: AtomicBool,
}

/// Signs of life within a lease.
const BEATS: u32 = 3;

/// Time between two signs of life.
pub(super) fn pause(ctx: &Context) -> Duration {
    ctx.config().job.lease() / BEATS
}

fn lease_us(ctx: &Context) -> i64 {
    i64::try_from(ctx.config().job.lease().as_micros()).unwrap_or(i64::MAX)
}

impl Desk {
    /// Writes the worker's row, before it takes any job.
    pub(super) async fn open(ctx: &Context, queues: &BTreeMap<String, u32>) -> AppResult<Self> {
        let queues = serde_json::to_string(queues).map_err(AppError::internal)?;
        let desk = Self(Arc::new(Shared {
            id: AtomicI64::new(0),
            queues,
            running: AtomicI64::new(0),
            is_lost: AtomicBool::new(false),
        }));
        desk.register(ctx).await?;
        Ok(desk)
    }

    /// A row under a new number, for a worker that was taken for dead.
    pub(super) async fn register(&self, ctx: &Context) -> AppResult<()> {
        let id = ctx.next_id().await?.get();
        let now = ctx.now();
        let words = "INSERT INTO job_worker_tb (id, host, pid, queues, started_at, beat_at, \
                     lease_until_us, running) VALUES (?, ?, ?, ?, ?, ?, {now} + ?, ?)";
        let values = [
            id.into(),
            host().into(),
            i64::from(std::process::id()).into(),
            self.0.queues.as_str().into(),
            now.into(),
            now.into(),
            lease_us(ctx).into(),
            self.running().into(),
        ];
        Sql::new(ctx.db())
            .add(words, values)
            .execute(ctx.db())
            .await?;
        self.0.id.store(id, Ordering::SeqCst);
        self.0.is_lost.store(false, Ordering::SeqCst);
        Ok(())
    }

    pub(super) fn id(&self) -> Id {
        Id::new(self.0.id.load(Ordering::SeqCst))
    }

    pub(super) fn set_running(&self, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.0.running.store(count, Ordering::Relaxed);
    }

    fn running(&self) -> i32 {
        i32::try_from(self.0.running.load(Ordering::Relaxed)).unwrap_or(i32::MAX)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.0.is_lost.load(Ordering::SeqCst)
    }

    /// A sign of life; `false` when the row is gone.
    async fn sign(&self, ctx: &Context) -> AppResult<bool> {
        let words = "UPDATE job_worker_tb SET beat_at = ?, lease_until_us = {now} + ?, \
                     running = ? WHERE id = ?";
        let values = [
            ctx.now().into(),
            lease_us(ctx).into(),
            self.running().into(),
            self.id().get().into(),
        ];
        let count = Sql::new(ctx.db())
            .add(words, values)
            .execute(ctx.db())
            .await?;
        Ok(count > 0)
    }

    fn lose(&self, ctx: &Context, reason: &str) {
        if !self.0.is_lost.swap(true, Ordering::SeqCst) {
            tracing::warn!(worker = %self.id(), reason, "the worker was taken for dead");
            ctx.job_engine().wake();
        }
    }

    /// Removes the row.
    pub(super) async fn close(&self, ctx: &Context) {
        let words = "DELETE FROM job_worker_tb WHERE id = ?";
        let sql = Sql::new(ctx.db()).add(words, [self.id().get().into()]);
        if let Err(error) = sql.execute(ctx.db()).await {
            // Its lease will end.
            tracing::debug!(%error, "the row of the worker was not removed");
        }
    }
}

/// Gives signs of life, for ever.
pub(super) async fn beat(ctx: Context, desk: Desk) {
    let mut last = Instant::now();
    loop {
        sleep(pause(&ctx)).await;
        if desk.is_lost() {
            last = Instant::now();
            continue;
        }
        let began = Instant::now();
        match desk.sign(&ctx).await {
            Ok(true) => last = began,
            Ok(false) => desk.lose(&ctx, "its row is gone"),
            Err(error) => {
                tracing::warn!(error = %error.detail(), "no sign of life could be given");
                if last.elapsed() > ctx.config().job.lease() {
                    desk.lose(
                        &ctx,
                        "the database could not be had for as long as the lease",
                    );
                }
            }
        }
        // The generator's lease does not end while a worker waits for jobs.
        if let Err(error) = ctx.next_id().await {
            tracing::debug!(error = %error.detail(), "no ids at the moment");
        }
    }
}

fn host() -> String {
    let named = std::env::var("HOSTNAME").ok();
    let named = named.or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok());
    let named = named.as_deref().map(str::trim).unwrap_or_default();
    named.chars().take(128).collect()
}
