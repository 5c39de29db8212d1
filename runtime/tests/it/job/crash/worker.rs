//! The workers: the test program starts itself again.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::async_trait;
use cloudapp_runtime::db::transaction;
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::job::{Backoff, Job, JobContext, Policy, Worker};
use cloudapp_runtime::random;
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};

use crate::job::world::config;

/// Tells the second run of the test program its database.
const URL: &str = "IT_JOB_URL";
const WORKERS: usize = 3;
/// Jobs that one worker runs at once.
pub(super) const CONCURRENCY: u32 = 8;

/// A job of the proof.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Work {
    pub(super) number: i64,
    pub(super) settles: bool,
    pub(super) fails: bool,
    pub(super) lane: Option<String>,
    pub(super) place: i64,
}

impl Work {
    async fn effect(&self, ctx: &JobContext) -> AppResult<()> {
        let lane = self.lane.as_deref().unwrap_or_default();
        let effect = format!("INSERT INTO effect_tb VALUES ({}, '{lane}')", self.number);
        let effect = effect.as_str();
        transaction(ctx.db(), |txn| {
            Box::pin(async move {
                txn.execute_unprepared(effect).await?;
                ctx.settle_in(txn).await
            })
        })
        .await
    }

    /// Whether all that were before it are done, and none behind it.
    async fn is_in_order(&self, ctx: &JobContext) -> AppResult<bool> {
        let Some(lane) = &self.lane else {
            return Ok(true);
        };
        let sql = format!("SELECT COUNT(*) FROM effect_tb WHERE lane = '{lane}'");
        let statement = Statement::from_string(ctx.db().get_database_backend(), sql);
        let row = ctx.db().query_one_raw(statement).await?;
        let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(count == Some(self.place))
    }
}

#[async_trait]
impl Job for Work {
    const NAME: &'static str = "crash.work";

    fn policy() -> Policy {
        Policy {
            attempts: 100,
            backoff: Backoff {
                base: Duration::from_millis(5),
                cap: Duration::from_millis(50),
                jitter: true,
            },
            ..Policy::default()
        }
    }

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        let (number, run_no) = (self.number, ctx.run_no());
        let start = format!("INSERT INTO start_tb VALUES ({number}, {run_no})");
        ctx.db().execute_unprepared(&start).await?;
        if self.fails {
            return Err(AppError::internal("poison"));
        }
        if !self.is_in_order(ctx).await? {
            let wrong = format!("INSERT INTO wrong_tb VALUES ({number})");
            ctx.db().execute_unprepared(&wrong).await?;
        }
        if self.settles {
            self.effect(ctx).await
        } else {
            let effect = format!("INSERT INTO plain_tb VALUES ({number})");
            ctx.db().execute_unprepared(&effect).await?;
            Ok(())
        }
    }
}

pub(super) fn application() -> App {
    let mut app = App::new("crash", "1.0.0");
    app.job::<Work>();
    app
}

/// Stands for the `main` of a worker.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker() {
    let Ok(url) = std::env::var(URL) else {
        return;
    };
    let mut config = config(&url);
    config.database.connect_timeout_s = 60;
    config.job.lease_ms = 5_000;
    config.job.queues = BTreeMap::from([("default".to_owned(), CONCURRENCY)]);
    let ctx = Context::connect(&application(), config).await.unwrap();
    Worker::new(&ctx).run(std::future::pending()).await.unwrap();
}

/// The workers; they die with this.
pub(super) struct Fleet {
    url: String,
    workers: Vec<Child>,
}

impl Fleet {
    pub(super) fn start(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            workers: (0..WORKERS).map(|_| spawn(url)).collect(),
        }
    }

    /// SIGKILL for one of them, and another in its place.
    pub(super) fn kill_and_start(&mut self) {
        let which = usize::try_from(random::below(WORKERS as u64).unwrap()).unwrap();
        let worker = &mut self.workers[which];
        assert!(worker.try_wait().unwrap().is_none(), "a worker failed");
        worker.kill().unwrap();
        worker.wait().unwrap();
        *worker = spawn(&self.url);
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            // It may be gone already.
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}

fn spawn(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "job::crash::worker::the_worker"])
        .arg("--test-threads=1")
        .env(URL, url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}
