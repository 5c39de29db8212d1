//! Nothing is lost and nothing happens twice while workers are killed.
//!
//! Producers add jobs in transactions, some of which are rolled back; three workers, processes of
//! their own, run them and get SIGKILL at random. At the end the tables are compared with what was
//! committed.
//!
//! The size is for CI. Full size, for each of `sqlite`, `mysql` and `postgres`:
//!
//! ```sh
//! CLOUDAPP_JOBS=100000 CLOUDAPP_JOB_KILLS=100 tests/run.sh --release -p cloudapp-runtime \
//!   --all-features --test it -- --exact --nocapture job::crash::sqlite
//! ```

mod plan;
mod worker;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::db::transaction;
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::job::NewJob;
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::plan::{GROUP, Kind, PRODUCERS, Plan, groups_of, is_ghost};
use self::worker::{CONCURRENCY, Fleet, Work, application};
use super::world::{config, migrate, number, servers};
use crate::asset::world::size;

/// How long no job may come to its end after the last one was added.
const PATIENCE: Duration = Duration::from_secs(60);
const TABLES: [&str; 5] = [
    // Each start of a run.
    "CREATE TABLE start_tb (number BIGINT, run_no BIGINT, PRIMARY KEY (number, run_no))",
    // Effects made with the end of the job, and effects made alone.
    "CREATE TABLE effect_tb (number BIGINT, lane VARCHAR(40))",
    "CREATE INDEX idx_effect ON effect_tb (lane)",
    "CREATE TABLE plain_tb (number BIGINT)",
    // Jobs of a lane that were started before those before them.
    "CREATE TABLE wrong_tb (number BIGINT)",
];

struct Production {
    jobs: usize,
    kills: usize,
    killed: AtomicUsize,
    added: AtomicUsize,
}

impl Production {
    /// Adding does not run ahead of killing.
    async fn pace(&self) {
        loop {
            let killed = self.killed.load(Ordering::Relaxed);
            let allowed = self.jobs * (killed + 1) / self.kills.max(1);
            if killed >= self.kills || self.added.load(Ordering::Relaxed) <= allowed {
                return;
            }
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Adds the jobs of one producer; what was committed.
    async fn produce(self: Arc<Self>, ctx: Context, producer: usize) -> Vec<(usize, Plan)> {
        let mut committed = Vec::new();
        let mut places: BTreeMap<String, i64> = BTreeMap::new();
        for group in groups_of(self.jobs, producer) {
            self.pace().await;
            let mut next = places.clone();
            let plans: Vec<(usize, Plan)> = group
                .map(|number| (number, Plan::of(number, producer, &mut next)))
                .collect();
            let is_kept = !is_ghost(plans[0].0);
            add(&ctx, &plans, is_kept).await;
            self.added.fetch_add(plans.len(), Ordering::Relaxed);
            if is_kept {
                places = next;
                committed.extend(plans);
            }
        }
        committed
    }

    async fn kill(&self, fleet: &mut Fleet) {
        for _ in 0..self.kills {
            sleep(Duration::from_millis(150 + random::below(200).unwrap())).await;
            fleet.kill_and_start();
            self.killed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Adds jobs in one transaction, until it is told what became of it.
async fn add(ctx: &Context, plans: &[(usize, Plan)], is_kept: bool) {
    let jobs: Vec<NewJob> = plans
        .iter()
        .flat_map(|(number, plan)| plan.jobs(*number))
        .collect();
    let jobs = &jobs;
    ctx.next_id().await.unwrap();
    let done: AppResult<()> = transaction(ctx.db(), |txn| {
        Box::pin(async move {
            ctx.jobs().enqueue_in(txn, jobs.clone()).await?;
            if is_kept {
                Ok(())
            } else {
                Err(AppError::conflict("a ghost"))
            }
        })
    })
    .await;
    assert_eq!(done.is_ok(), is_kept, "{done:?}");
}

/// What the tables say.
#[derive(Debug)]
struct Findings {
    lost: usize,
    ghosts: i64,
    doubled: i64,
    disordered: i64,
    poison_alive: usize,
    reruns: i64,
    dead: i64,
}

async fn examine(ctx: &Context, committed: &[(usize, Plan)]) -> Findings {
    let numbers = async |sql: &str| -> BTreeMap<i64, i64> {
        let statement = sea_orm::Statement::from_string(ctx.db().get_database_backend(), sql);
        let rows = ctx.db().query_all_raw(statement).await.unwrap();
        let pair = |row: &sea_orm::QueryResult| {
            let count: i64 = row.try_get_by_index(1).unwrap();
            (row.try_get_by_index(0).unwrap(), count)
        };
        rows.iter().map(pair).collect()
    };
    let effects = numbers("SELECT number, COUNT(*) FROM effect_tb GROUP BY number").await;
    let plain = numbers("SELECT number, COUNT(*) FROM plain_tb GROUP BY number").await;
    let starts = numbers("SELECT number, COUNT(*) FROM start_tb GROUP BY number").await;
    let dead = "SELECT COUNT(*) FROM job_tb WHERE state = 'dead' AND attempt = 3";
    let dead = number(ctx, dead).await;
    let known: BTreeMap<i64, Kind> = committed
        .iter()
        .map(|(number, plan)| (*number as i64, plan.kind))
        .collect();
    let mut findings = Findings {
        lost: 0,
        ghosts: starts
            .keys()
            .filter(|number| !known.contains_key(number))
            .count() as i64,
        doubled: effects.values().map(|count| count - 1).sum(),
        disordered: number(ctx, "SELECT COUNT(*) FROM wrong_tb").await,
        poison_alive: 0,
        reruns: 0,
        dead,
    };
    for (number, kind) in &known {
        let started = starts.get(number).copied().unwrap_or(0);
        if *kind == Kind::Poison {
            // A run that was killed is an attempt, too.
            let is_dead = (1..=3).contains(&started);
            findings.poison_alive += usize::from(!is_dead);
            continue;
        }
        let done = if kind.settles() { &effects } else { &plain };
        findings.lost += usize::from(!done.contains_key(number));
        findings.reruns += (started - 1).max(0);
    }
    findings
}

async fn finish(ctx: &Context) {
    let open = "SELECT COUNT(*) FROM job_tb WHERE state NOT IN ('done', 'dead')";
    let (mut least, mut end) = (i64::MAX, Instant::now() + PATIENCE);
    loop {
        let left = number(ctx, open).await;
        if left == 0 {
            return;
        }
        if left < least {
            (least, end) = (left, Instant::now() + PATIENCE);
        }
        assert!(
            Instant::now() < end,
            "{left} jobs do not come to their ends"
        );
        sleep(Duration::from_millis(50)).await;
    }
}

async fn proof(server: &str) {
    let began = Instant::now();
    let production = Arc::new(Production {
        jobs: size("CLOUDAPP_JOBS", 1_000),
        kills: size("CLOUDAPP_JOB_KILLS", 4),
        killed: AtomicUsize::new(0),
        added: AtomicUsize::new(0),
    });
    let scratch = Scratch::create(server).await;
    let mut config = config(scratch.url());
    config.database.connect_timeout_s = 60;
    let ctx = Context::connect(&application(), config).await.unwrap();
    migrate(&ctx).await;
    for sql in TABLES {
        ctx.db().execute_unprepared(sql).await.unwrap();
    }
    let mut fleet = Fleet::start(scratch.url());
    let mut producers = JoinSet::new();
    for producer in 0..PRODUCERS {
        producers.spawn(Arc::clone(&production).produce(ctx.clone(), producer));
    }
    let (committed, ()) = tokio::join!(producers.join_all(), production.kill(&mut fleet));
    finish(&ctx).await;
    let committed: Vec<(usize, Plan)> = committed.into_iter().flatten().collect();
    let findings = examine(&ctx, &committed).await;
    let seconds = began.elapsed().as_secs_f64();
    let of = |kind: Kind| {
        committed
            .iter()
            .filter(|(_, plan)| plan.kind == kind)
            .count()
    };
    let (poison, lanes) = (of(Kind::Poison), of(Kind::Lane));
    println!(
        "{}: {} jobs, {} of them in transactions that were rolled back, {lanes} in lanes, {} with \
         keys, {poison} poison; {} kills; {findings:?}; {seconds:.0} s",
        server.split(':').next().unwrap(),
        production.jobs,
        production.jobs - committed.len(),
        of(Kind::Unique),
        production.kills,
    );
    drop(fleet);
    ctx.close().await;
    assert_eq!((findings.lost, findings.ghosts), (0, 0));
    assert_eq!((findings.doubled, findings.disordered), (0, 0));
    assert_eq!((findings.poison_alive, findings.dead), (0, poison as i64));
    let most = (production.kills * CONCURRENCY as usize) as i64;
    assert!(findings.reruns <= most, "{} > {most}", findings.reruns);
    assert!(committed.len() < production.jobs || production.jobs < 20 * GROUP);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    proof(&servers()[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql() {
    proof(&servers()[1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    proof(&servers()[2]).await;
}

/// What a job of this number is added as.
fn work(number: usize, plan: &Plan) -> Work {
    Work {
        number: number as i64,
        settles: plan.kind.settles(),
        fails: plan.kind == Kind::Poison,
        lane: plan.lane.clone(),
        place: plan.place,
    }
}
