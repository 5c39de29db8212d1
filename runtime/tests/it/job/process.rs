//! Workers as processes of their own: the test program starts itself again and works.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cloudapp_runtime::app::{App, Context, run_from};
use cloudapp_runtime::async_trait;
use cloudapp_runtime::config::{Config, GroupConfig, Secret};
use cloudapp_runtime::db::{Group, transaction};
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::job::{Job, JobContext, Missed, Schedule, ScheduledJob, Tick};
use cloudapp_runtime::types::Id;
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::world::{config, migrate, number};
use crate::asset::world::KEY;

/// Tells the second run of the test program what it is.
const MARK: &str = "IT_JOB_WORKER";
/// What a leader outlives its last sign of life by.
pub(crate) const LEASE: Duration = Duration::from_millis(1_000);
/// The topic that two types of jobs ask for.
pub(crate) const TOPIC: &str = "thing.happened";

/// Stands for the `main` of the app.
#[test]
fn the_application() {
    if std::env::var_os(MARK).is_none() {
        return;
    }
    let code = run_from(application(), ["jobs", "worker"].map(Into::into));
    eprintln!("ended: {code:?}");
    // The outcome of a test is not that of the command.
    assert_eq!(
        format!("{code:?}"),
        format!("{:?}", std::process::ExitCode::SUCCESS)
    );
}

/// Notes each tick in the transaction that ends the job.
struct EverySecond;

#[async_trait]
impl ScheduledJob for EverySecond {
    const NAME: &'static str = "test.second";

    fn schedule() -> Schedule {
        let every = Schedule::cron("* * * * * *").missed(Missed::All);
        every.attempts(50)
    }

    async fn run(&self, ctx: &JobContext, tick: Tick) -> AppResult<()> {
        let (job, at) = (ctx.job_id(), tick.at.timestamp());
        let note = format!("INSERT INTO tick_tb (id, at) VALUES ({job}, {at})");
        let note = note.as_str();
        transaction(ctx.db(), |txn| {
            Box::pin(async move {
                txn.execute_unprepared(note).await?;
                ctx.settle_in(txn).await
            })
        })
        .await
    }
}

/// An event as a job has it.
#[derive(Serialize, Deserialize)]
struct Happened {
    event_id: Id,
    topic: String,
    app_id: String,
    lane: String,
    payload: Fact,
    created_at: cloudapp_runtime::types::DateTime<cloudapp_runtime::types::Utc>,
}

/// The number of an event in its lane.
#[derive(Serialize, Deserialize)]
struct Fact {
    n: i64,
}

impl Happened {
    /// Notes the event, and which one was noted before it.
    async fn note(&self, ctx: &JobContext, kind: &str) -> AppResult<()> {
        assert_eq!((self.topic.as_str(), self.app_id.as_str()), (TOPIC, "demo"));
        assert_eq!(ctx.app_id(), self.app_id);
        let lane = self.lane.as_str();
        let last = format!(
            "SELECT COALESCE(MAX(n), 0) AS n FROM got_tb WHERE kind = '{kind}' AND lane = '{lane}'"
        );
        let (job, event, n) = (ctx.job_id(), self.event_id, self.payload.n);
        let last = last.as_str();
        transaction(ctx.db(), |txn| {
            Box::pin(async move {
                let last = Statement::from_string(txn.get_database_backend(), last);
                let row = txn.query_one_raw(last).await?.unwrap();
                let before: i64 = row.try_get("", "n")?;
                let note = format!(
                    "INSERT INTO got_tb (id, kind, event_id, lane, n, before_n) \
                     VALUES ({job}, '{kind}', {event}, '{lane}', {n}, {before})"
                );
                txn.execute_unprepared(&note).await?;
                ctx.settle_in(txn).await
            })
        })
        .await
    }
}

macro_rules! subscriber {
    ($type:ident, $name:literal) => {
        #[derive(Serialize, Deserialize)]
        #[serde(transparent)]
        struct $type(Happened);

        #[async_trait]
        impl Job for $type {
            const NAME: &'static str = $name;

            async fn run(&self, ctx: &JobContext) -> AppResult<()> {
                self.0.note(ctx, $name).await
            }
        }
    };
}

subscriber!(Mail, "test.mail");
subscriber!(Tally, "test.tally");

pub(crate) fn application() -> App {
    let mut app = App::new("jobs", "1.0.0");
    app.schedule(EverySecond)
        .on_event::<Mail>(TOPIC)
        .on_event::<Tally>(TOPIC);
    app
}

/// The databases of some processes, and where they write their log.
pub(crate) struct Place {
    pub(crate) url: String,
    /// Of the group `asset`.
    pub(crate) other: Option<String>,
    pub(crate) folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn config(&self) -> Config {
        let mut config = config(&self.url);
        if let Some(other) = &self.other {
            let group = GroupConfig {
                url: Secret::new(other.as_str()),
                ..GroupConfig::default()
            };
            config.database.groups.insert(Group::Asset, group);
        }
        config
    }

    /// Makes all tables.
    pub(crate) async fn prepare(&self) -> Context {
        let ctx = Context::connect(&application(), self.config())
            .await
            .unwrap();
        migrate(&ctx).await;
        for sql in [
            "CREATE TABLE tick_tb (id BIGINT PRIMARY KEY, at BIGINT NOT NULL)",
            "CREATE TABLE got_tb (id BIGINT PRIMARY KEY, kind VARCHAR(64) NOT NULL, \
             event_id BIGINT NOT NULL, lane VARCHAR(64) NOT NULL, n BIGINT NOT NULL, \
             before_n BIGINT NOT NULL)",
            "CREATE INDEX idx_got ON got_tb (kind, lane, n)",
        ] {
            ctx.db().execute_unprepared(sql).await.unwrap();
        }
        ctx
    }

    /// Starts a worker.
    pub(crate) fn spawn(&self) -> Process {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("worker.log"))
            .unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["job::process::the_application", "--exact"])
            .args(["--nocapture", "--test-threads=1"])
            .current_dir(self.folder.path())
            .env_clear()
            .env(MARK, "1")
            .env("CLOUDAPP_ENV", "test")
            .env("CLOUDAPP__DATABASE__URL", &self.url)
            .env("CLOUDAPP__DATABASE__MAX_CONNECTIONS", "8")
            .env("CLOUDAPP__DATABASE__CONNECT_TIMEOUT_S", "30")
            .env("CLOUDAPP__AUTH__TOKEN_KEY", KEY)
            .env("CLOUDAPP__JOB__POLL_MS", "50")
            .env("CLOUDAPP__JOB__LEASE_MS", "2000")
            .env("CLOUDAPP__JOB__QUEUES__DEFAULT", "8")
            .env(
                "CLOUDAPP__JOB__LEADER_LEASE_MS",
                LEASE.as_millis().to_string(),
            )
            .env("CLOUDAPP__LOG__LEVEL", "info,sqlx=error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        if let Some(other) = &self.other {
            command.env("CLOUDAPP__DATABASE__GROUPS__ASSET__URL", other);
        }
        Process(command.spawn().unwrap())
    }

    /// How many lines of the log hold a text.
    pub(crate) fn logged(&self, text: &str) -> usize {
        self.log()
            .lines()
            .filter(|line| line.contains(text))
            .count()
    }

    pub(crate) fn log(&self) -> String {
        let log = self.folder.path().join("worker.log");
        std::fs::read_to_string(log).unwrap_or_default()
    }
}

/// A worker; it dies with this.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(sent.success(), "kill {name} {pid}");
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// SIGTERM; it must end by itself, and well.
    pub(crate) async fn stop(mut self) {
        self.signal("-TERM");
        let began = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return;
            }
            let waited = began.elapsed();
            assert!(waited < Duration::from_secs(30), "it does not end");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Number and process of who leads.
pub(crate) async fn leader(ctx: &Context) -> Option<(i64, u32)> {
    let sql = "SELECT fencing, owner FROM job_leader_tb";
    let statement = Statement::from_string(ctx.db().get_database_backend(), sql);
    let row = ctx.db().query_one_raw(statement).await.unwrap()?;
    let owner: String = row.try_get("", "owner").unwrap();
    let pid = owner.split('-').next().unwrap().parse().unwrap();
    Some((row.try_get("", "fencing").unwrap(), pid))
}

/// Waits until there are as many rows.
pub(crate) async fn until_number(ctx: &Context, sql: &str, wanted: i64, patience: Duration) {
    let began = Instant::now();
    loop {
        let there = number(ctx, sql).await;
        if there >= wanted {
            return;
        }
        let waited = began.elapsed();
        assert!(waited < patience, "{sql}: {there} of {wanted}");
        sleep(Duration::from_millis(50)).await;
    }
}
