//! An app with jobs of each kind, on a database of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{TimeZone, Utc};
use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::async_trait;
use cloudapp_runtime::clock::{Clock, ManualClock};
use cloudapp_runtime::config::{Config, Environment, Secret};
use cloudapp_runtime::db::transaction;
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::job::{Backoff, Job, JobContext, JobRow, NewJob, Policy, StopReason, Worker};
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::support::database::server;

/// What jobs did, in order.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Vec<String>>);

impl Journal {
    pub(crate) fn note(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

pub(crate) fn note(ctx: &JobContext, text: impl Into<String>) {
    ctx.extension::<Journal>().unwrap().note(text);
}

/// Writes its text down.
#[derive(Serialize, Deserialize)]
pub(crate) struct Note(pub(crate) String);

#[async_trait]
impl Job for Note {
    const NAME: &'static str = "test.note";

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        note(ctx, &self.0);
        Ok(())
    }
}

/// The same in a queue of its own.
#[derive(Serialize, Deserialize)]
pub(crate) struct Aside(pub(crate) String);

#[async_trait]
impl Job for Aside {
    const NAME: &'static str = "test.aside";
    const QUEUE: &'static str = "aside";

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        note(ctx, &self.0);
        Ok(())
    }
}

/// Fails some times, then succeeds.
#[derive(Serialize, Deserialize)]
pub(crate) struct Failing {
    pub(crate) name: String,
    pub(crate) failures: u32,
}

#[async_trait]
impl Job for Failing {
    const NAME: &'static str = "test.failing";

    fn policy() -> Policy {
        Policy {
            attempts: 3,
            backoff: Backoff {
                base: Duration::from_secs(10),
                cap: Duration::from_secs(15),
                jitter: false,
            },
            ..Policy::default()
        }
    }

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        note(ctx, format!("{} {}", self.name, ctx.attempt()));
        if ctx.attempt() <= self.failures {
            return Err(AppError::internal("on purpose"));
        }
        Ok(())
    }
}

/// Ends in another way than it should.
#[derive(Serialize, Deserialize)]
pub(crate) enum Odd {
    Discards,
    Panics,
    Hangs,
    /// Says after how many seconds to come again.
    Waits(u64),
}

#[async_trait]
impl Job for Odd {
    const NAME: &'static str = "test.odd";

    fn policy() -> Policy {
        Policy {
            time_limit: Duration::from_millis(100),
            ..Policy::default()
        }
    }

    async fn run(&self, _: &JobContext) -> AppResult<()> {
        match self {
            Self::Discards => Err(JobContext::discard("nobody can do this")),
            Self::Panics => panic!("on purpose"),
            Self::Hangs => std::future::pending().await,
            Self::Waits(seconds) => {
                let wait = Duration::from_secs(*seconds);
                Err(AppError::internal("come later").with_retry_after(wait))
            }
        }
    }
}

/// Runs until it is told to end, or for ever.
#[derive(Serialize, Deserialize)]
pub(crate) struct Long {
    pub(crate) listens: bool,
}

#[async_trait]
impl Job for Long {
    const NAME: &'static str = "test.long";

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        note(ctx, format!("begins {}", ctx.attempt()));
        if !self.listens {
            std::future::pending::<()>().await;
        }
        let reason = ctx.stop().requested().await;
        note(ctx, format!("{reason:?}"));
        assert_eq!(ctx.is_cancelled(), reason == StopReason::Cancelled);
        Err(AppError::internal("told to end"))
    }
}

/// What a settling job does after its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Then {
    Succeeds,
    Fails,
    /// It never commits, and succeeds all the same.
    RollsBack,
}

/// Makes an effect and finishes in the same transaction.
#[derive(Serialize, Deserialize)]
pub(crate) struct Settling {
    pub(crate) id: i64,
    pub(crate) then: Then,
}

#[async_trait]
impl Job for Settling {
    const NAME: &'static str = "test.settling";

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        note(ctx, format!("settling {}", ctx.attempt()));
        let effect = format!("INSERT INTO effect_tb (id) VALUES ({})", self.id);
        let effect = effect.as_str();
        let rolls_back = self.then == Then::RollsBack && ctx.attempt() == 1;
        let done = transaction(ctx.db(), |txn| {
            Box::pin(async move {
                txn.execute_unprepared(effect).await?;
                ctx.settle_in(txn).await?;
                if rolls_back {
                    return Err(AppError::conflict("on purpose"));
                }
                Ok(())
            })
        });
        let done = done.await;
        if rolls_back {
            return Ok(());
        }
        done?;
        match self.then {
            Then::Fails => Err(AppError::internal("too late")),
            _ => Ok(()),
        }
    }
}

/// Adds to its own lane while its transaction, which has read already, is open.
#[derive(Serialize, Deserialize)]
pub(crate) struct Following;

#[async_trait]
impl Job for Following {
    const NAME: &'static str = "test.following";

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        transaction(ctx.db(), |txn| {
            Box::pin(async move {
                let sql = "SELECT COUNT(*) FROM job_tb";
                let backend = txn.get_database_backend();
                txn.query_one_raw(Statement::from_string(backend, sql))
                    .await?;
                let next = NewJob::of(&Note("behind it".to_owned()))?;
                let lane = ctx.lane().unwrap_or_default();
                ctx.jobs().enqueue(next.lane(lane)).await?;
                ctx.settle_in(txn).await
            })
        })
        .await
    }
}

/// The app of these tests.
pub(crate) fn app() -> App {
    let mut app = App::new("jobs", "1.0.0");
    app.job::<Note>()
        .job::<Aside>()
        .job::<Failing>()
        .job::<Odd>()
        .job::<Long>()
        .job::<Settling>()
        .job::<Following>()
        .extension(Journal::default());
    app
}

pub(crate) fn servers() -> [String; 3] {
    [
        "sqlite:".to_owned(),
        server("CLOUDAPP_TEST_MYSQL_URL"),
        server("CLOUDAPP_TEST_POSTGRES_URL"),
    ]
}

pub(crate) fn config(url: &str) -> Config {
    let mut config = Config {
        environment: Environment::Test,
        ..Config::default()
    };
    config.database.url = Secret::new(url);
    config.database.max_connections = 8;
    config.auth.token_key = Secret::new("everybody may know this key of the tests");
    config.job.poll_ms = 20;
    // On SQLite a sign of life may wait for its turn to write for long.
    config.job.lease_ms = 15_000;
    config.job.grace_s = 1;
    config.job.queues = BTreeMap::from([("default".to_owned(), 4)]);
    config
}

pub(crate) async fn migrate(ctx: &Context) {
    for (group, migrator) in ctx.migrators() {
        let options = Options::default();
        migrator.up(ctx.db_of(*group), &options).await.unwrap();
    }
}

/// One instance of the app; the database goes away with it.
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) ctx: Context,
    pub(crate) clock: Arc<ManualClock>,
    config: Config,
    _scratch: Scratch,
}

impl World {
    pub(crate) async fn start(server: &str, adjust: impl Fn(&mut Config)) -> Self {
        let scratch = Scratch::create(server).await;
        let mut config = config(scratch.url());
        adjust(&mut config);
        let start = Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let for_ctx: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let app = app();
        let ctx = Context::connect_with_clock(&app, config.clone(), for_ctx);
        let ctx = ctx.await.unwrap();
        migrate(&ctx).await;
        let effects = "CREATE TABLE effect_tb (id BIGINT PRIMARY KEY)";
        ctx.db().execute_unprepared(effects).await.unwrap();
        let name = server.split(':').next().unwrap().to_owned().leak();
        Self {
            name,
            ctx,
            clock,
            config,
            _scratch: scratch,
        }
    }

    /// One on each database.
    pub(crate) async fn each() -> Vec<Self> {
        let mut worlds = Vec::new();
        for server in servers() {
            worlds.push(Self::start(&server, |_| {}).await);
        }
        worlds
    }

    /// Another process of the app, as far as one can be had in this one.
    pub(crate) async fn another(&self) -> Context {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        let app = app();
        let ctx = Context::connect_with_clock(&app, self.config.clone(), clock);
        ctx.await.unwrap()
    }

    pub(crate) fn journal(&self) -> Arc<Journal> {
        self.ctx.extension::<Journal>().unwrap()
    }

    /// Runs what is due; what was noted.
    pub(crate) async fn run(&self) -> Vec<String> {
        Worker::new(&self.ctx).run_until_idle().await.unwrap();
        self.journal().take()
    }

    pub(crate) async fn row(&self, id: Id) -> JobRow {
        self.ctx.jobs().get(id).await.unwrap().unwrap()
    }

    pub(crate) async fn is_gone(&self, id: Id) -> bool {
        self.ctx.jobs().get(id).await.unwrap().is_none()
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        number(&self.ctx, sql).await
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(chrono::Duration::seconds(seconds));
    }

    pub(crate) async fn close(self) {
        self.ctx.close().await;
    }
}

pub(crate) async fn number(ctx: &Context, sql: &str) -> i64 {
    let statement = Statement::from_string(ctx.db().get_database_backend(), sql);
    let row = ctx.db().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// A worker in the background.
pub(crate) struct Running {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<AppResult<()>>,
}

impl Running {
    pub(crate) fn start(ctx: &Context) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let worker = Worker::new(ctx);
        let task = tokio::spawn(worker.run(async move {
            let _ = stopped.await;
        }));
        Self {
            stop: Some(stop),
            task,
        }
    }

    /// Ends as if it had been killed: nothing is given back, and there are no more signs of life.
    pub(crate) async fn die(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub(crate) async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.task.await.unwrap().unwrap();
    }
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < end, "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}
