//! An app of a test's own, on a database of its own, with a leader that can be had for a while.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::clock::{Clock, ManualClock};
use cloudapp_runtime::config::Config;
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::job::{self, Worker};
use cloudapp_runtime::testing::Scratch;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::world::{config, migrate};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .unwrap()
        .with_timezone(&Utc)
}

/// One instance; the database goes away with it.
pub(crate) struct Stage {
    pub(crate) ctx: Context,
    pub(crate) clock: Arc<ManualClock>,
    _scratch: Scratch,
}

impl Stage {
    pub(crate) async fn of(
        app: &App,
        server: &str,
        start: &str,
        adjust: impl FnOnce(&mut Config),
    ) -> Self {
        let scratch = Scratch::create(server).await;
        let mut config = config(scratch.url());
        config.job.leader_lease_ms = 1_000;
        adjust(&mut config);
        let clock = Arc::new(ManualClock::new(at(start)));
        let for_ctx: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let ctx = Context::connect_with_clock(app, config, for_ctx);
        let ctx = ctx.await.unwrap();
        migrate(&ctx).await;
        Self {
            ctx,
            clock,
            _scratch: scratch,
        }
    }

    pub(crate) async fn close(self) {
        self.ctx.close().await;
    }

    /// Runs all jobs that are due; how many runs there were.
    pub(crate) async fn run(&self) -> u64 {
        Worker::new(&self.ctx).run_until_idle().await.unwrap()
    }
}

/// A leader in the background.
pub(crate) struct Leader {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<AppResult<()>>,
}

impl Leader {
    pub(crate) fn start(ctx: &Context) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let ctx = ctx.clone();
        let leading = async move {
            let stop = async {
                let _ = stopped.await;
            };
            job::lead(&ctx, stop).await
        };
        Self {
            stop: Some(stop),
            task: tokio::spawn(leading),
        }
    }

    pub(crate) async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.task.await.unwrap().unwrap();
    }

    /// Leads for long enough to do what is due.
    pub(crate) async fn for_a_while(ctx: &Context) {
        let leader = Self::start(ctx);
        tokio::time::sleep(Duration::from_millis(400)).await;
        leader.stop().await;
    }
}
