//! The same with `apalis`: its storages for PostgreSQL and SQLite, set up as its own examples do.
//!
//! It gets what helps it: large batches, a pool as large as ours, tasks of their own for the jobs
//! (`parallelize`), a short interval between polls.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::*;
use apalis_postgres::{PgPool, PostgresStorage};
use apalis_sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteStorage};
use cloudapp_runtime::testing::Scratch;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;

use crate::plan::{CHUNK, Counter, Figures, POOL, Plan, Watch, shares};

/// Jobs that a worker takes from the database at once.
const BATCH: usize = 100;
/// Between two looks for jobs, when there were none.
const POLL: Duration = Duration::from_millis(10);
const QUEUE: &str = "bench";

/// A job that does nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Nothing {
    number: usize,
}

async fn run(_job: Nothing, done: Data<Arc<Counter>>) -> Result<(), BoxDynError> {
    done.add();
    Ok(())
}

/// What both storages have under the same names, and no trait.
macro_rules! measure {
    ($plan:expr, $storage:expr, $finished:expr) => {{
        let (plan, storage, finished) = ($plan, $storage, $finished);
        let half = plan.jobs / 2;

        let watch = Watch::start();
        let mut producers = tokio::task::JoinSet::new();
        for share in shares(half, plan.concurrency) {
            let mut storage = storage.clone();
            producers.spawn(async move {
                for number in 0..share {
                    storage.push(Nothing { number }).await.expect("it is pushed");
                }
            });
        }
        producers.join_all().await;
        let one = watch.rate(half);

        let watch = Watch::start();
        let mut producer = storage.clone();
        for share in shares(half, half / CHUNK) {
            let jobs = (0..share).map(|number| Nothing { number }).collect();
            producer.push_bulk(jobs).await.expect("they are pushed");
        }
        let many = watch.rate(half);

        let done = Arc::new(Counter::default());
        let worker = WorkerBuilder::new("bench-1")
            .backend(storage.poll_with_interval(POLL))
            .data(Arc::clone(&done))
            .concurrency(plan.concurrency)
            .parallelize(tokio::spawn)
            .build(run);
        let watch = Watch::start();
        let worker = tokio::spawn(worker.run());
        done.wait_for(2 * half).await;
        while finished().await < 2 * half {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let run = watch.rate(2 * half);
        worker.abort();
        Figures { one, many, run }
    }};
}

/// PostgreSQL.
pub async fn postgres(server: &str, plan: &Plan) -> Figures {
    let scratch = Scratch::create(server).await;
    let options = PgPoolOptions::new().max_connections(POOL);
    let pool: PgPool = options.connect(scratch.url()).await.expect("it connects");
    PostgresStorage::setup(&pool).await.expect("tables are made");
    let config = apalis_postgres::Config::default()
        .queue(QUEUE)
        .batch_size(BATCH);
    let storage = PostgresStorage::<Nothing>::new(&pool).with_config(config);
    let finished = async || {
        let sql = "SELECT count(*) FROM apalis.jobs WHERE status = 'Done'";
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.expect("a count");
        usize::try_from(count).expect("a count")
    };
    let figures = measure!(plan, storage, finished);
    pool.close().await;
    figures
}

/// SQLite, with the journal and the syncing that ours has.
pub async fn sqlite(plan: &Plan) -> Figures {
    let scratch = Scratch::create("sqlite:").await;
    let options = SqliteConnectOptions::from_str(scratch.url())
        .expect("a URL")
        .pragma("journal_mode", "WAL")
        .pragma("synchronous", "FULL")
        .busy_timeout(Duration::from_secs(10));
    let pool = SqlitePoolOptions::new()
        .max_connections(POOL)
        .connect_with(options)
        .await
        .expect("it connects");
    SqliteStorage::migrations().run(&pool).await.expect("tables are made");
    let config = apalis_sqlite::Config::default()
        .queue(QUEUE)
        .batch_size(BATCH);
    let storage = SqliteStorage::<Nothing>::new(&pool).with_config(config);
    let finished = async || {
        let sql = "SELECT count(*) FROM Jobs WHERE status = 'Done'";
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.expect("a count");
        usize::try_from(count).expect("a count")
    };
    let figures = measure!(plan, storage, finished);
    pool.close().await;
    figures
}
