//! Jobs through `cloudapp-runtime`, on any of its databases.

use std::sync::Arc;
use std::time::Duration;

use cloudapp_runtime::app::App;
use cloudapp_runtime::async_trait;
use cloudapp_runtime::error::AppResult;
use cloudapp_runtime::job::{Job, JobContext, NewJob, Worker};
use cloudapp_runtime::testing::TestApp;
use sea_orm::ConnectionTrait as _;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::plan::{CHUNK, Counter, Figures, POOL, Plan, Watch, shares};

/// A job that does nothing.
#[derive(Serialize, Deserialize)]
struct Nothing {
    number: usize,
}

#[async_trait]
impl Job for Nothing {
    const NAME: &'static str = "nothing";

    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        if let Some(done) = ctx.extension::<Counter>() {
            done.add();
        }
        Ok(())
    }
}

fn job(number: usize) -> NewJob {
    NewJob::of(&Nothing { number }).expect("JSON")
}

/// Measures on the server of this URL; for one that is not of a server, on SQLite.
pub async fn measure(server: &str, plan: &Plan) -> Figures {
    let mut app = App::new("bench", "0.1.0");
    app.job::<Nothing>().extension(Counter::default());
    let concurrency = u32::try_from(plan.concurrency).expect("a small number");
    let app = TestApp::setup(app)
        .database_server(server)
        .config(move |config| {
            config.database.max_connections = POOL;
            config.job.queues.insert("default".to_owned(), concurrency);
        })
        .start()
        .await;
    let ctx = app.context();
    let half = plan.jobs / 2;

    let watch = Watch::start();
    let mut producers = tokio::task::JoinSet::new();
    for share in shares(half, plan.concurrency) {
        let ctx = ctx.clone();
        producers.spawn(async move {
            for number in 0..share {
                ctx.jobs().enqueue(job(number)).await.expect("it is added");
            }
        });
    }
    producers.join_all().await;
    let one = watch.rate(half);

    let watch = Watch::start();
    for share in shares(half, half / CHUNK) {
        let jobs = (0..share).map(job).collect();
        ctx.jobs().enqueue_many(jobs).await.expect("they are added");
    }
    let many = watch.rate(half);

    let done: Arc<Counter> = ctx.extension().expect("it was given");
    let (stop, stopped) = oneshot::channel::<()>();
    let watch = Watch::start();
    let worker = tokio::spawn(Worker::new(ctx).run(async move {
        let _ = stopped.await;
    }));
    done.wait_for(2 * half).await;
    while left(&app).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let run = watch.rate(2 * half);
    let _ = stop.send(());
    worker.await.expect("it ends").expect("it ends well");
    Figures { one, many, run }
}

/// Jobs that are still there: what is done is removed.
async fn left(app: &TestApp) -> i64 {
    let db = app.context().db();
    let sql = "SELECT count(*) AS c FROM job_tb";
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.expect("an answer");
    row.expect("a row").try_get("", "c").expect("a count")
}
